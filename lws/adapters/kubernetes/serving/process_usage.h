// The resources that this process uses, for the metrics process_*.
//
//   lws::internal::ProcessUsage usage = lws::internal::ReadProcessUsage();
//   usage.resident_bytes;
//
// Thread-safety: may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_PROCESS_USAGE_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_PROCESS_USAGE_H_

namespace lws::internal {

struct ProcessUsage {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_files = 0;
  double most_open_files = 0;
  double start_unix_seconds = 0;
};

// Reads /proc. A field that /proc does not show stays 0.
ProcessUsage ReadProcessUsage();

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_PROCESS_USAGE_H_
