#include "examples/lwsctl/waiting_json.h"

#include <string>

#include "lws/core/pod/pod_wait.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

lws::Json WaitingJson(const std::vector<lws::WaitingPod>& pods) {
  lws::Json list = lws::Json::array();
  for (const lws::WaitingPod& pod : pods) {
    list.push_back(
        {{"pod", pod.pod}, {"for", std::string(PodWaitName(pod.waiting.reason))}, {"reason", pod.waiting.text}});
  }
  return list;
}

}  // namespace lwsctl
