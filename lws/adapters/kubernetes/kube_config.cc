#include "lws/adapters/kubernetes/kube_config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/json.h"
#include "lws/api/manifest.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": the file does not exist"));
  return text.str();
}

// Reads the fields of one entry of a kubeconfig, and keeps the first error.
class EntryReader {
 public:
  EntryReader(const Json& entry, std::string source, std::string path)
      : entry_(entry), source_(std::move(source)), path_(std::move(path)) {}

  const Json* Find(const char* key) const {
    if (!entry_.is_object()) return nullptr;
    const auto found = entry_.find(key);
    return found == entry_.end() || found->is_null() ? nullptr : &*found;
  }

  std::string Text(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return "";
    if (!value->is_string()) {
      Fail(key, "is not a text");
      return "";
    }
    return value->get<std::string>();
  }

  bool Flag(const char* key) {
    const Json* value = Find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) Fail(key, "is not true or false");
    return value->is_boolean() && value->get<bool>();
  }

  // The field `KEY-data`, in base64.
  std::string Data(const char* key) {
    const std::string text = Text(key);
    std::string data;
    if (!absl::Base64Unescape(text, &data)) Fail(key, "is not base64");
    return data;
  }

  // A path, relative to the folder of the file.
  std::string Path(const char* key) {
    const std::string path = Text(key);
    if (path.empty() || path[0] == '/') return path;
    return std::filesystem::path(source_).parent_path() / path;
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json* value = Find(key);
    if (value == nullptr) return texts;
    if (!value->is_array()) Fail(key, "is not a list");
    for (const Json& item : *value) {
      if (!value->is_array() || !item.is_string()) {
        Fail(key, "is not a list of texts");
        return {};
      }
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }

  void Fail(const char* key, absl::string_view message) {
    if (status_.ok()) {
      status_ = absl::InvalidArgumentError(absl::StrCat(source_, ": ", path_, ".", key, ": ", message));
    }
  }

  const absl::Status& status() const { return status_; }
  const std::string& source() const { return source_; }
  const std::string& path() const { return path_; }

 private:
  const Json& entry_;
  const std::string source_;
  const std::string path_;
  absl::Status status_;
};

// An entry of the lists clusters, users and contexts, and the file that has it.
struct Entry {
  Json value;
  std::string source;
  std::string path;
};

// All files together.
struct Merged {
  std::map<std::pair<std::string, std::string>, Entry> entries;  // by list and name
  std::string current_context;
  std::string source;  // the names of all files, for messages
};

struct ListName {
  const char* list;
  const char* field;
};
constexpr ListName kLists[] = {{"clusters", "cluster"}, {"users", "user"}, {"contexts", "context"}};

absl::Status Merge(const Json& document, const std::string& source, Merged* merged) {
  const auto fail = [&source](absl::string_view path, absl::string_view message) {
    return absl::InvalidArgumentError(absl::StrCat(source, ": ", path, ": ", message));
  };
  for (const auto& [list, field] : kLists) {
    const auto found = document.find(list);
    if (found == document.end() || found->is_null()) continue;
    if (!found->is_array()) return fail(list, "is not a list");
    size_t i = 0;
    for (const Json& entry : *found) {
      const std::string path = absl::StrCat(list, "[", i++, "]");
      if (!entry.is_object()) return fail(path, "is not an object");
      const auto name = entry.find("name");
      if (name == entry.end() || !name->is_string()) return fail(absl::StrCat(path, ".name"), "is not a text");
      const auto value = entry.find(field);
      const Json content = value == entry.end() || value->is_null() ? Json::object() : *value;
      if (!content.is_object()) return fail(absl::StrCat(path, ".", field), "is not an object");
      merged->entries.emplace(std::pair(std::string(list), name->get<std::string>()),
                              Entry{content, source, absl::StrCat(path, ".", field)});
    }
  }
  const auto current = document.find("current-context");
  if (current == document.end() || current->is_null()) return absl::OkStatus();
  if (!current->is_string()) return fail("current-context", "is not a text");
  if (merged->current_context.empty()) merged->current_context = current->get<std::string>();
  return absl::OkStatus();
}

absl::Status MergeText(absl::string_view text, const std::string& source, Merged* merged) {
  const absl::StatusOr<std::vector<ManifestObject>> objects = ReadManifest(text, source);
  if (!objects.ok()) return objects.status();
  if (objects->size() > 1) return absl::InvalidArgumentError(absl::StrCat(source, ": holds more than one document"));
  for (const ManifestObject& object : *objects) {
    absl::Status status = Merge(object.object.Unpack(), source, merged);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadCluster(EntryReader* cluster, KubeConfig* config) {
  config->server = cluster->Text("server");
  if (config->server.empty()) cluster->Fail("server", "is missing");
  config->is_insecure = cluster->Flag("insecure-skip-tls-verify");
  config->tls_server_name = cluster->Text("tls-server-name");
  config->proxy = cluster->Text("proxy-url");
  config->authorities = cluster->Data("certificate-authority-data");
  const std::string file = cluster->Path("certificate-authority");
  if (config->authorities.empty() && !file.empty()) {
    absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) cluster->Fail("certificate-authority", text.status().message());
    if (text.ok()) config->authorities = *std::move(text);
  }
  if (config->is_insecure && !config->authorities.empty()) {
    cluster->Fail("insecure-skip-tls-verify", "is true beside a certificate-authority: one of them must go");
  }
  return cluster->status();
}

absl::Status ReadExec(EntryReader* user, KubeConfig* config) {
  const Json* found = user->Find("exec");
  if (found == nullptr) return absl::OkStatus();
  if (!found->is_object()) {
    user->Fail("exec", "is not an object");
    return user->status();
  }
  EntryReader exec(*found, user->source(), absl::StrCat(user->path(), ".exec"));
  ExecPlugin plugin;
  plugin.api_version = exec.Text("apiVersion");
  const bool is_known = plugin.api_version == "client.authentication.k8s.io/v1" ||
                        plugin.api_version == "client.authentication.k8s.io/v1beta1";
  if (!is_known) exec.Fail("apiVersion", "is neither client.authentication.k8s.io/v1 nor v1beta1");
  plugin.command = exec.Text("command");
  if (plugin.command.empty()) exec.Fail("command", "is missing");
  // A path with a slash is relative to the folder of the file. A name without one is looked up in $PATH.
  if (absl::StrContains(plugin.command, "/")) plugin.command = exec.Path("command");
  plugin.args = exec.Texts("args");
  plugin.provides_cluster_info = exec.Flag("provideClusterInfo");
  if (const Json* env = exec.Find("env")) {
    if (!env->is_array()) exec.Fail("env", "is not a list");
    size_t i = 0;
    for (const Json& pair : env->is_array() ? *env : Json::array()) {
      EntryReader variable(pair, exec.source(), absl::StrCat(exec.path(), ".env[", i++, "]"));
      const std::string name = variable.Text("name");
      if (name.empty()) variable.Fail("name", "is missing");
      plugin.env[name] = variable.Text("value");
      if (!variable.status().ok()) return variable.status();
    }
  }
  config->exec = std::move(plugin);
  return exec.status();
}

absl::Status ReadUser(EntryReader* user, KubeConfig* config) {
  if (user->Find("auth-provider") != nullptr) {
    user->Fail("auth-provider", "is no longer a way to sign in: use exec");
    return user->status();
  }
  absl::Status status = ReadExec(user, config);
  if (!status.ok()) return status;
  config->token = user->Text("token");
  config->token_file = user->Path("tokenFile");
  config->username = user->Text("username");
  config->password = user->Text("password");
  config->client_certificate = user->Data("client-certificate-data");
  config->client_key = user->Data("client-key-data");
  if (config->client_certificate.empty()) config->client_certificate_file = user->Path("client-certificate");
  if (config->client_key.empty()) config->client_key_file = user->Path("client-key");
  const bool has_certificate = !config->client_certificate.empty() || !config->client_certificate_file.empty();
  const bool has_key = !config->client_key.empty() || !config->client_key_file.empty();
  if (has_certificate && !has_key) user->Fail("client-key", "is missing beside a client-certificate");
  if (!has_certificate && has_key) user->Fail("client-certificate", "is missing beside a client-key");
  return user->status();
}

// The entry that a context names; empty when the context names none.
absl::StatusOr<Entry> Named(const Merged& merged, const char* list, const std::string& name, EntryReader* context,
                            const char* key) {
  if (name.empty()) return Entry{Json::object(), context->source(), key};
  const auto found = merged.entries.find({list, name});
  if (found != merged.entries.end()) return found->second;
  context->Fail(key, absl::StrCat("\"", name, "\" is not among the ", list));
  return context->status();
}

absl::StatusOr<KubeConfig> Choose(const Merged& merged, absl::string_view wanted) {
  const std::string name = wanted.empty() ? merged.current_context : std::string(wanted);
  if (name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(merged.source, ": current-context: is missing"));
  }
  const auto found = merged.entries.find({"contexts", name});
  if (found == merged.entries.end()) {
    return absl::InvalidArgumentError(absl::StrCat(merged.source, ": ", wanted.empty() ? "current-context" : "context",
                                                   ": \"", name, "\" is not among the contexts"));
  }
  EntryReader context(found->second.value, found->second.source, found->second.path);
  const std::string cluster_name = context.Text("cluster");
  const std::string user_name = context.Text("user");
  KubeConfig config;
  const std::string namespace_name = context.Text("namespace");
  if (!namespace_name.empty()) config.namespace_name = namespace_name;
  if (cluster_name.empty()) context.Fail("cluster", "is missing");
  if (!context.status().ok()) return context.status();
  const absl::StatusOr<Entry> cluster = Named(merged, "clusters", cluster_name, &context, "cluster");
  if (!cluster.ok()) return cluster.status();
  EntryReader cluster_reader(cluster->value, cluster->source, cluster->path);
  absl::Status status = ReadCluster(&cluster_reader, &config);
  if (!status.ok()) return status;
  const absl::StatusOr<Entry> user = Named(merged, "users", user_name, &context, "user");
  if (!user.ok()) return user.status();
  EntryReader user_reader(user->value, user->source, user->path);
  status = ReadUser(&user_reader, &config);
  if (!status.ok()) return status;
  return config;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

absl::StatusOr<KubeConfig> ParseKubeConfig(absl::string_view text, absl::string_view source,
                                           absl::string_view context) {
  Merged merged;
  merged.source = std::string(source);
  absl::Status status = MergeText(text, merged.source, &merged);
  if (!status.ok()) return status;
  return Choose(merged, context);
}

absl::StatusOr<KubeConfig> ReadKubeConfig(absl::string_view paths, absl::string_view context) {
  Merged merged;
  merged.source = std::string(paths);
  const std::vector<std::string> files = absl::StrSplit(paths, ':', absl::SkipEmpty());
  bool has_file = false;
  for (const std::string& path : files) {
    const absl::StatusOr<std::string> text = ReadFile(path);
    // As with kubectl, some of several files may be missing.
    if (!text.ok() && files.size() > 1) continue;
    if (!text.ok()) return text.status();
    has_file = true;
    absl::Status status = MergeText(*text, path, &merged);
    if (!status.ok()) return status;
  }
  if (!has_file) return absl::NotFoundError(absl::StrCat(paths, ": the file does not exist"));
  return Choose(merged, context);
}

absl::StatusOr<KubeConfig> InClusterConfig(absl::string_view folder) {
  const std::string host = Environment("KUBERNETES_SERVICE_HOST");
  const std::string port = Environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return absl::FailedPreconditionError("this is not a pod: KUBERNETES_SERVICE_HOST and _PORT are not set");
  }
  KubeConfig config;
  // An IPv6 address stands in brackets.
  config.server = absl::StrContains(host, ":") ? absl::StrCat("https://[", host, "]:", port)
                                               : absl::StrCat("https://", host, ":", port);
  absl::StatusOr<std::string> authorities = ReadFile(absl::StrCat(folder, "/ca.crt"));
  if (!authorities.ok()) return authorities.status();
  config.authorities = *std::move(authorities);
  config.token_file = absl::StrCat(folder, "/token");
  const absl::StatusOr<std::string> token = ReadFile(config.token_file);
  if (!token.ok()) return token.status();
  const absl::StatusOr<std::string> namespace_name = ReadFile(absl::StrCat(folder, "/namespace"));
  if (namespace_name.ok() && !namespace_name->empty()) config.namespace_name = *namespace_name;
  return config;
}

absl::StatusOr<KubeConfig> FindKubeConfig(absl::string_view path, absl::string_view context) {
  if (!path.empty()) return ReadKubeConfig(path, context);
  const std::string named = Environment("KUBECONFIG");
  if (!named.empty()) return ReadKubeConfig(named, context);
  absl::StatusOr<KubeConfig> own = InClusterConfig();
  if (!absl::IsFailedPrecondition(own.status())) return own;
  return ReadKubeConfig(absl::StrCat(Environment("HOME"), "/.kube/config"), context);
}

}  // namespace lws::internal
