#include "tests/conformance/timeline.h"

#include "nlohmann/json.hpp"

namespace lws {
namespace conformance {

Json RunTimeline(const Json& input) { return Json::array(); }

}  // namespace conformance
}  // namespace lws
