# Makes the version of generated messages an inline namespace: cmake -DSTEM=.../plan -P inline_version.cmake
foreach(file IN ITEMS "${STEM}.pb.h" "${STEM}.pb.cc")
  file(READ "${file}" text)
  string(REPLACE "\nnamespace v1 {" "\ninline namespace v1 {" text "${text}")
  file(WRITE "${file}" "${text}")
endforeach()
