// The simulation of sets of many groups, whose pods are numbers. A line that cannot hold every group
// shows shares of them.
#ifndef LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
#define LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/adapters/testing/scenario/run_scenario.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/json.h"

namespace lwsctl {

// Sets with more replicas are simulated in numbers where that says the same: objects cost milliseconds a group, numbers
// some microseconds.
inline constexpr int64_t kMostGroupsOfObjects = 64;
// The most pods of a simulation in numbers: more would not fit into the memory of usual machines.
inline constexpr int64_t kMostPodsInNumbers = 20000000;
// Where a set has more groups, a character of a line stands for several of them.
inline constexpr int64_t kMostDrawnGroups = 1000;

// The most groups that the set is to have in the course of the scenario.
int64_t MostSimulatedGroups(const lws::Scenario& scenario);

// OK when the scenario can be simulated in numbers. Errors: InvalidArgument naming what cannot: nodes, images and what
// happens to them, restart policies, gangs, and objects that the API server will or may
// refuse.
absl::Status CheckNumbers(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options);

// Whether every command simulates the scenario in numbers: it has many groups, and can be simulated so.
bool IsForNumbers(const lws::Scenario& scenario, const lws::ScenarioRunOptions& options);

// ScenarioRunOptions::told_step for the scenario: 0 unless its set has more groups than can be drawn. A page shows
// smaller steps.
int32_t ToldStep(const lws::Scenario& scenario, bool has_page);

// For how many groups a character of a line stands, in all lines of a run: 1, or so many that the most groups of the
// scenario, with their surge, have 50 characters.
int64_t GroupsPerCharacter(const lws::Scenario& scenario);

// What tells people of it; "" for 1.
std::string CharacterText(int64_t groups_per_character);

// The line for an entry: ToString, or one whose characters stand for several groups.
std::string TimelineLine(const lws::TimelineEntry& entry, int64_t groups_per_character);

// Called with each line of a run, for people and for programs.
using OnLine = std::function<void(const std::string& line, lws::Json json)>;

// Plays the scenario. The report has no timeline, and no groups in two revisions. Errors: InvalidArgument for a
// manifest that is not admitted, those of CheckNumbers, and for more than kMostPodsInNumbers pods.
absl::StatusOr<lws::ScenarioReport> SimulateGroups(const lws::Scenario& scenario,
                                                   const lws::ScenarioRunOptions& options, OnLine on_line);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SIMULATE_GROUPS_H_
