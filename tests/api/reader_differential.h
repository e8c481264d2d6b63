// Compares a quick reader of objects with the careful one, over random edits of a document and of its bytes.
//
//   CheckReader<PodReader, ObservedPod>(document, {R"({"metadata": {}})"}, ObservePod);
#ifndef LWS_TESTS_API_READER_DIFFERENTIAL_H_
#define LWS_TESTS_API_READER_DIFFERENTIAL_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/json.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/core/snapshot/observed_serialization.h"
#include "nlohmann/json.hpp"

namespace lws {

constexpr unsigned kReaderSeed = 20261125;
constexpr int kReaderRounds = 20000;

template <typename Object>
using Observe = absl::StatusOr<Object> (*)(const Json& document);

// Everything that was read, or the error.
template <typename Object>
std::string Text(const absl::StatusOr<Object>& object) {
  if (!object.ok()) return std::string(object.status().message());
  return absl::StrCat(absl::CEscape(internal::ObservedToProto(*object).SerializeAsString()), "named group ",
                      object->meta.group_in_name);
}

// The results of both readers for a text.
template <typename Reader, typename Object>
void ExpectSame(Reader* reader, const char* source, const std::string& text, Observe<Object> observe,
                const std::string& where) {
  const absl::StatusOr<Json> document = ParseJson(text, source);
  const absl::StatusOr<Object> wanted = document.ok() ? observe(*document) : absl::StatusOr<Object>(document.status());
  Object object;
  const absl::Status status = reader->Read(text, &object);
  const absl::StatusOr<Object> read = status.ok() ? absl::StatusOr<Object>(object) : status;
  ASSERT_EQ(Text(read), Text(wanted)) << where << "\n" << text;
}

// Changes one to three values of the document.
inline void Edit(std::mt19937* random, Json* document) {
  for (size_t edits = 1 + (*random)() % 3; edits > 0; --edits) {
    Json* place = document;
    while (place->is_structured() && !place->empty() && (*random)() % 6 != 0) {
      place = &*std::next(place->begin(), static_cast<long>((*random)() % place->size()));
    }
    const std::vector<Json> values = {
        nullptr,  true, 3,   -1,         1.5,         "",    "True",        "Ready",       "Pending",
        "\u00e9", "\n", "2", "99999999", 99999999999, "lws", Json::array(), Json::object()};
    *place = values[(*random)() % values.size()];
  }
}

// Checks the laws of the readers on `document`, on edits of it, on cut and broken texts, and on `cases`.
template <typename Reader, typename Object>
void CheckReader(const char* source, const Json& document, const std::vector<std::string>& cases,
                 Observe<Object> observe) {
  Reader reader;
  ExpectSame(&reader, source, document.dump(), observe, "whole");
  ExpectSame(&reader, source, document.dump(2), observe, "with white space");
  for (const std::string& text : cases) ExpectSame(&reader, source, text, observe, "case");
  Object object;
  const std::string whole = document.dump(1);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(reader.Read(whole.substr(0, size), &object).ok()) << size;
  }
  std::mt19937 random(kReaderSeed);
  for (int round = 0; round < kReaderRounds; ++round) {
    const std::string where = absl::StrCat("round ", round, ", seed ", kReaderSeed);
    Json edited = document;
    Edit(&random, &edited);
    ExpectSame(&reader, source, edited.dump(), observe, where);
    std::string text = whole;
    for (size_t edits = 1 + random() % 3; edits > 0; --edits) {
      constexpr char kBytes[] = "{}[]:,\"\\ \n0-t\x80";
      text[random() % text.size()] = kBytes[random() % (sizeof(kBytes) - 1)];
    }
    // A broken text may pass where no decision reads it, but it must not crash.
    if (ParseJson(text, source).ok()) ExpectSame(&reader, source, text, observe, where);
    reader.Read(text, &object).IgnoreError();
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace lws

#endif  // LWS_TESTS_API_READER_DIFFERENTIAL_H_
