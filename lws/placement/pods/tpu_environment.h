// The environment that tells the TPU containers of a group how to find each other.
//
//   lws::internal::AddTpuEnvironment(/*size=*/4, &pod);    // TPU_WORKER_HOSTNAMES=vllm-0.vllm,vllm-0-1.vllm,...
//
// Expected flow: the pod already has its labels, its size annotation and its subdomain. Nothing changes when no
// container asks for TPUs, or when the first one that does has TPU_WORKER_HOSTNAMES or TPU_WORKER_ID already.
//
// Thread-safety: may be called concurrently for distinct pods.
#ifndef LWS_PLACEMENT_PODS_TPU_ENVIRONMENT_H_
#define LWS_PLACEMENT_PODS_TPU_ENVIRONMENT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "lws/api/json.h"

namespace lws::internal {

// Adds TPU_WORKER_HOSTNAMES, TPU_WORKER_ID, TPU_NAME, TPU_PROCESS_ADDRESSES and, where the user gave none,
// TPU_PROCESS_PORT to every container of `pod` that asks for TPUs. With a subgroup-size annotation, only the first
// such container gets them, and the hosts are those of the pod's own subgroup. `size` is the number of pods of the
// group. Errors: InvalidArgument for a pod name without an ordinal, for labels and annotations that are not 32-bit
// integers, and for a million hosts, because no API server takes an object that lists so many.
absl::Status AddTpuEnvironment(int64_t size, Json* pod);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_PODS_TPU_ENVIRONMENT_H_
