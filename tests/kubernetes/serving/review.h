// Admission reviews in a few words, for tests.
#ifndef LWS_TESTS_KUBERNETES_SERVING_REVIEW_H_
#define LWS_TESTS_KUBERNETES_SERVING_REVIEW_H_

#include <string>

#include "lws/api/json.h"
#include "nlohmann/json.hpp"

namespace lws {

// A review with the uid "u-1". A null object is left out.
std::string ReviewText(const std::string& operation, const Json& object, const Json& old_object = nullptr);

// The answer of the webhooks: "allowed", "403 TEXT", "400 TEXT", or "http CODE" when HTTP fails.
std::string Verdict(const std::string& path, const std::string& review);

// The object after the answer's patch; null for a refusal.
Json Patched(const std::string& path, const std::string& review, const Json& object);

// The response of the answer's review; null when there is none.
Json ResponseOf(const std::string& answer);

// The answer's patch; an empty list without one.
Json PatchOf(const Json& response);

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_SERVING_REVIEW_H_
