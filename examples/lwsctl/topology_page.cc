#include "examples/lwsctl/topology_page.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/testing/page/escape_markup.h"
#include "lws/placement/topology.h"

namespace lwsctl {

using lws::internal::EscapeHtmlMarkup;

namespace {

constexpr int32_t kMostLeaves = 10000;

constexpr char kHead[] = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Topology</title>
<style>
:root { color-scheme: light dark; --back: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --free: #eaeef2;
  --used: #0969da; --told: #1a7f37; --over: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d;
  --free: #21262d; --used: #58a6ff; --told: #3fb950; --over: #ff7b72; } }
body { background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 1120px; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
.domain { border: 1px solid var(--line); border-radius: 4px; margin: 3px; padding: 3px 5px; }
.domain, .inside { display: flex; flex-wrap: wrap; align-content: flex-start; gap: 3px; }
.domain > b { font-weight: 400; font-size: .75rem; color: var(--soft); width: 100%; overflow-wrap: anywhere; }
i { width: 16px; height: 16px; border-radius: 2px; border: 1px solid var(--line);
  background: linear-gradient(to top, var(--used) var(--part), var(--free) var(--part)); }
i.told { background: linear-gradient(to top, var(--told) var(--part), var(--free) var(--part)); }
i.over { background: var(--over); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; color: var(--soft); }
.key span { display: flex; align-items: center; gap: .35rem; }
</style>
</head>
<body>
)";

// What the nodes offer and use of a resource.
struct Use {
  __int128 offered = 0;
  __int128 used = 0;

  double share() const { return offered <= 0 ? 0 : static_cast<double>(used) / static_cast<double>(offered); }
};

Use UseOf(const lws::Capacity& capacity, lws::IndexRange nodes, size_t resource) {
  Use use;
  for (int32_t node = nodes.begin; node < nodes.end; ++node) {
    const int64_t offered = capacity.topology().Allocatable(node)[resource];
    use.offered += offered;
    use.used += __int128{offered} - capacity.Free(node)[resource];
  }
  return use;
}

size_t MostUsedResource(const lws::Capacity& capacity) {
  const lws::Topology& topology = capacity.topology();
  size_t most = 0;
  for (size_t i = 1; i < topology.resources().size(); ++i) {
    const lws::IndexRange all{0, topology.NodeCount()};
    if (UseOf(capacity, all, i).share() > UseOf(capacity, all, most).share()) most = i;
  }
  return most;
}

// The drawing of one view.
class Drawing {
 public:
  Drawing(const TopologyView& view, size_t resource)
      : view_(view), capacity_(*view.capacity), topology_(capacity_.topology()), resource_(resource) {
    leaf_level_ = topology_.LastLevel();
    while (leaf_level_ > 0 && topology_.DomainCount(leaf_level_) > kMostLeaves) --leaf_level_;
  }

  std::string Draw() {
    absl::StrAppend(&html_, "<h2>", EscapeHtmlMarkup(view_.title), "</h2>\n<div class=\"inside\">\n");
    Inside(lws::Topology::kRoot, 0);
    absl::StrAppend(&html_, "</div>\n");
    return std::move(html_);
  }

 private:
  void Inside(int level, int32_t domain) {
    const lws::IndexRange within = topology_.DomainsWithin(level, domain, level + 1);
    for (int32_t i = within.begin; i < within.end; ++i) {
      if (level + 1 == leaf_level_) {
        Leaf(i);
        continue;
      }
      const std::string name = absl::StrJoin(topology_.DomainPath(level + 1, i), "/");
      absl::StrAppend(&html_, "<div class=\"domain\"><b>", EscapeHtmlMarkup(name), "</b>");
      Inside(level + 1, i);
      absl::StrAppend(&html_, "</div>\n");
    }
  }

  void Leaf(int32_t leaf) {
    const lws::IndexRange nodes = topology_.NodesOf(leaf_level_, leaf);
    std::set<std::string> groups;
    for (int32_t node = nodes.begin; node < nodes.end; ++node) {
      const auto found = view_.groups.find(node);
      if (found != view_.groups.end()) groups.insert(found->second.begin(), found->second.end());
    }
    const Use use = UseOf(capacity_, nodes, resource_);
    const bool is_over = use.used > use.offered;
    const char* kind = is_over ? " class=\"over\"" : groups.empty() ? "" : " class=\"told\"";
    absl::StrAppendFormat(&html_, "<i%s style=\"--part:%d%%\" title=\"%s: %s of %s %s used%s%s\"></i>", kind,
                          static_cast<int>(std::clamp(use.share(), 0.0, 1.0) * 100 + 0.5),
                          EscapeHtmlMarkup(absl::StrJoin(topology_.DomainPath(leaf_level_, leaf), "/")),
                          Amount(use.used), Amount(use.offered), EscapeHtmlMarkup(topology_.resources()[resource_]),
                          groups.empty() ? "" : "; ", EscapeHtmlMarkup(absl::StrJoin(groups, ", ")));
  }

  // The amount in the unit that people use: whole CPUs.
  std::string Amount(__int128 amount) const {
    if (topology_.resources()[resource_] != "cpu") return absl::StrCat(static_cast<int64_t>(amount));
    return absl::StrFormat("%.4g", static_cast<double>(amount) / 1000);
  }

  const TopologyView& view_;
  const lws::Capacity& capacity_;
  const lws::Topology& topology_;
  const size_t resource_;
  int leaf_level_ = 0;
  std::string html_;
};

}  // namespace

void TopologyView::Add(const std::string& group, const lws::Assignment& assignment) {
  if (assignment.leader.has_value()) groups[*assignment.leader].insert(group);
  for (const lws::WorkerRun& run : assignment.workers) groups[run.node].insert(group);
}

std::vector<TopologyView> BeforeAndAfter(const lws::Capacity& before, const lws::Capacity& after) {
  std::vector<TopologyView> views(2);
  views[0].title = "Before";
  views[0].capacity = &before;
  views[1].title = "After";
  views[1].capacity = &after;
  return views;
}

std::string TopologyPage(const std::vector<TopologyView>& views) {
  std::string html = kHead;
  const size_t resource = views.empty() ? 0 : MostUsedResource(*views.back().capacity);
  const std::string name = views.empty() ? "" : views.back().capacity->topology().resources()[resource];
  absl::StrAppend(&html, "<h1>Topology: use of ", EscapeHtmlMarkup(name), "</h1>\n<p class=\"key\">",
                  "<span><i style=\"--part:0%\"></i>free</span><span><i style=\"--part:100%\"></i>used</span>",
                  "<span><i class=\"told\" style=\"--part:100%\"></i>used, also by the groups asked about</span>",
                  "<span><i class=\"over\"></i>more used than offered</span></p>\n");
  for (const TopologyView& view : views) absl::StrAppend(&html, Drawing(view, resource).Draw());
  absl::StrAppend(&html, "</body>\n</html>\n");
  return html;
}

}  // namespace lwsctl
