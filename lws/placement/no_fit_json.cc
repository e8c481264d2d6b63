#include "lws/placement/no_fit_json.h"

#include <string>

#include "nlohmann/json.hpp"

namespace lws::internal {

Json NoFitToJson(const NoFit& no_fit) {
  Json json = {{"reason", std::string(NoFitReasonText(no_fit.reason))},
               {"level", no_fit.level},
               {"best", {{"domain", no_fit.best_domain}, {"pods", no_fit.best_pods}}},
               {"excluded", no_fit.excluded.empty() ? Json::object() : Json(no_fit.excluded)}};
  if (!no_fit.limited.empty()) json["limited"] = no_fit.limited;
  if (!no_fit.rules.empty()) json["rules"] = no_fit.rules;
  if (no_fit.wanted_subgroups > 0) {
    json["subgroups"] = {{"size", no_fit.subgroup_size},
                         {"level", no_fit.subgroup_level},
                         {"wanted", no_fit.wanted_subgroups},
                         {"fit", no_fit.best_subgroups}};
  }
  return json;
}

}  // namespace lws::internal
