// Headroom of large clusters, and reading their nodes.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "lws/placement/assign_cuboid.h"
#include "lws/placement/headroom.h"
#include "lws/placement/node_list.h"

namespace lws {
namespace {

constexpr int kNodes = 100000;
constexpr int kNodesPerRack = 8;
constexpr int kNodesPerBlock = 400;

// The node as kubectl writes it, in about 1.7 KB.
std::string NodeText(int i) {
  return absl::StrCat(R"(        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "annotations": {
                    "csi.volume.kubernetes.io/nodeid": "{\"csi.example.com\":\"node-)",
                      i, R"(\"}",
                    "node.alpha.kubernetes.io/ttl": "0"
                },
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "labels": {
                    "block": "b)",
                      i / kNodesPerBlock, R"(",
                    "kubernetes.io/arch": "amd64",
                    "kubernetes.io/hostname": "node-)",
                      i, R"(",
                    "kubernetes.io/os": "linux",
                    "node.kubernetes.io/instance-type": "gpu-8",
                    "nvidia.com/gpu.product": "H200",
                    "rack": "r)",
                      i / kNodesPerRack, R"("
                },
                "name": "node-)",
                      i, R"(",
                "resourceVersion": "1234567",
                "uid": "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d"
            },
            "spec": {
                "podCIDR": "10.0.0.0/24"
            },
            "status": {
                "allocatable": {
                    "cpu": "191",
                    "ephemeral-storage": "4096Gi",
                    "memory": "2097152Mi",
                    "nvidia.com/gpu": "8",
                    "pods": "110",
                    "rdma/hca": "8"
                },
                "conditions": [
                    {
                        "message": "kubelet has sufficient memory available",
                        "reason": "KubeletHasSufficientMemory",
                        "status": "False",
                        "type": "MemoryPressure"
                    },
                    {
                        "message": "kubelet is posting ready status",
                        "reason": "KubeletReady",
                        "status": "True",
                        "type": "Ready"
                    }
                ]
            }
        })");
}

std::string ListText(int count) {
  std::string text = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n";
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, i == 0 ? "" : ",\n", NodeText(i));
  return absl::StrCat(text, "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\"resourceVersion\": \"\"}\n}\n");
}

const std::vector<std::string> kKeys = {"block", "rack", "kubernetes.io/hostname"};

// Every fourth node is half used.
Capacity Cluster() {
  Capacity capacity(*Topology::Create(*ReadNodeList(ListText(kNodes)), kKeys));
  for (int i = 0; i < kNodes; i += 4) capacity.Use(i, {{"nvidia.com/gpu", 4}, {"cpu", 64000}});
  return capacity;
}

// Groups of eight nodes with a leader like the workers, in one rack or block.
GroupRequest Group(const std::string& level, bool has_cpu_leader) {
  GroupRequest request;
  request.worker.amounts = {{"nvidia.com/gpu", 4}, {"cpu", 16000}};
  request.workers = 6;
  request.leader = request.worker;
  if (has_cpu_leader) request.leader->amounts = {{"cpu", 1000}};
  request.closeness = Closeness::kRequired;
  request.level = level;
  return request;
}

void BM_Headroom(benchmark::State& state) {
  const Capacity capacity = Cluster();
  const bool by_rack = state.range(0) != 0;
  const GroupRequest request = Group(by_rack ? "rack" : "block", state.range(1) != 0);
  const Headroom headroom = *CountHeadroom(capacity, request, 100);
  // A rack has room for 14 workers, and a block for 700.
  const int64_t expected = by_rack ? 12500 * 2 : 250 * (state.range(1) != 0 ? 700 / 6 : 700 / 7);
  if (!headroom.exact || headroom.groups != expected) {
    state.SkipWithError(absl::StrCat(headroom.groups, " groups, not ", expected).c_str());
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(CountHeadroom(capacity, request, 100));
}
BENCHMARK(BM_Headroom)->ArgsProduct({{0, 1}, {0, 1}})->ArgNames({"rack", "leader"})->Unit(benchmark::kMillisecond);

void BM_ReadNodeList(benchmark::State& state) {
  const std::string text = ListText(kNodes);
  const std::optional<std::vector<TopologyNode>> nodes = ReadNodeList(text);
  if (!nodes.has_value() || nodes->size() != kNodes || (*nodes)[9].allocatable.at("cpu") != 191000) {
    state.SkipWithError("the nodes are not those of the text");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(ReadNodeList(text));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadNodeList)->Unit(benchmark::kMillisecond);

// From the text to the capacity.
void BM_ReadCluster(benchmark::State& state) {
  const std::string text = ListText(kNodes);
  if (Capacity(*Topology::Create(*ReadNodeList(text), kKeys)).topology().DomainCount(1) != kNodes / kNodesPerRack) {
    state.SkipWithError("the racks are not those of the text");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(Capacity(*Topology::Create(*ReadNodeList(text), kKeys)));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(BM_ReadCluster)->Unit(benchmark::kMillisecond);

// A torus of 16 x 16 x 16 hosts. Every host with a coordinate that 5 divides is used, apart from one corner in which a
// cuboid of 8 x 8 x 8 hosts goes on beyond the ends of all axes.
void BM_AssignCuboid(benchmark::State& state) {
  constexpr int32_t kExtent = 16;
  const auto is_in_corner = [](int32_t coordinate) { return coordinate < 4 || coordinate >= 12; };
  std::vector<TopologyNode> nodes;
  for (int32_t i = 0; i < kExtent * kExtent * kExtent; ++i) {
    const int32_t x = i % kExtent, y = i / kExtent % kExtent, z = i / kExtent / kExtent;
    TopologyNode node;
    node.facts.name = absl::StrCat("host-", i);
    node.facts.labels = {{"x", absl::StrCat(x)}, {"y", absl::StrCat(y)}, {"z", absl::StrCat(z)}};
    const bool is_free =
        (is_in_corner(x) && is_in_corner(y) && is_in_corner(z)) || (x % 5 > 0 && y % 5 > 0 && z % 5 > 0);
    node.allocatable = {{"pods", 110}, {"google.com/tpu", is_free ? 4 : 0}};
    nodes.push_back(std::move(node));
  }
  const Capacity capacity(*Topology::Create(std::move(nodes), {"z", "y", "x"}));
  NodeGrid grid;
  grid.labels = {"x", "y", "z"};
  grid.extents = {kExtent, kExtent, kExtent};
  grid.wraps = {true, true, true};
  GroupRequest request;
  request.worker.amounts = {{"google.com/tpu", 4}};
  request.workers = 8 * 8 * 8;
  const Cuboid cuboid{{8, 8, 8}, true};
  const PlacementResult result = *AssignCuboid(capacity, request, grid, cuboid);
  const std::string corner = absl::StrCat("host-", 12 + 12 * kExtent + 12 * kExtent * kExtent);
  if (!result.assignment.has_value() ||
      capacity.topology().Node(result.assignment->NodesByRank()[0]).facts.name != corner) {
    state.SkipWithError("the cuboid is not in the free corner");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(AssignCuboid(capacity, request, grid, cuboid));
}
BENCHMARK(BM_AssignCuboid)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lws

BENCHMARK_MAIN();
