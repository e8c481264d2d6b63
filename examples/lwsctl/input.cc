#include "examples/lwsctl/input.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/file_kind.h"
#include "examples/lwsctl/found_set.h"
#include "examples/lwsctl/help_text.h"
#include "examples/lwsctl/object_shape.h"
#include "examples/lwsctl/refused_manifest.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/near_word.h"
#include "lws/api/object_kind.h"
#include "lws/api/printable_text.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What a text of --help says of a flag that may be given more than once.
constexpr absl::string_view kMayBeRepeated = "may be repeated";

// The flags of a command.
struct KnownFlags {
  std::vector<std::string> with_value;
  std::vector<std::string> without_value = {"--help"};
  std::vector<std::string> formats;               // that -o takes
  std::map<std::string, std::string> first_name;  // by name: "--namespace" -> "-n"
  std::set<std::string> repeatable;
};

KnownFlags FlagsOf(absl::string_view help) {
  KnownFlags known;
  for (const HelpFlag& flag : ReadHelpText(help).flags) {
    std::vector<std::string>& names = flag.value.empty() ? known.without_value : known.with_value;
    names.insert(names.end(), flag.names.begin(), flag.names.end());
    if (Contains(flag.names, "-o")) known.formats = flag.Words();
    for (const std::string& name : flag.names) known.first_name[name] = flag.names.front();
    if (absl::StrContains(flag.text, kMayBeRepeated)) known.repeatable.insert(flag.names.begin(), flag.names.end());
  }
  return known;
}

// Checks that -o, if given, names a format that the command writes.
absl::Status CheckFormat(const Arguments& arguments, const std::vector<std::string>& formats) {
  const auto given = arguments.flags.find("-o");
  if (given == arguments.flags.end()) return absl::OkStatus();
  if (Contains(formats, given->second)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("-o: ", given->second, " is not one of ", absl::StrJoin(formats, ", "),
                   lws::internal::DidYouMean(given->second, {formats.begin(), formats.end()})));
}

// Checks that the file which a flag names can be written, before the work begins whose result it gets. Creates nothing.
absl::Status CheckOutput(const std::string& flag, const std::string& path) {
  const std::filesystem::path file = ResolvePath(path);
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (exists && std::filesystem::is_directory(file, error)) {
    return absl::InvalidArgumentError(absl::StrCat(flag, ": ", path, ": cannot be written: it is a folder"));
  }
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (access(exists ? file.c_str() : folder.c_str(), W_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": ", path, ": cannot be written: ", std::generic_category().message(errno)));
}

// Whether both are one file. Neither has to exist, and devices may be written as often as one likes.
bool IsSameFile(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto whole = [&error](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(ResolvePath(path), error), error);
  };
  const std::filesystem::path path_a = whole(a);
  const std::filesystem::path path_b = whole(b);
  const bool is_special = std::filesystem::exists(path_a, error) && !std::filesystem::is_regular_file(path_a, error);
  return !is_special && (path_a == path_b || std::filesystem::equivalent(path_a, path_b, error));
}

// Every file that the command reads.
std::vector<std::string> InputsOf(const Arguments& arguments) {
  std::vector<std::string> inputs = arguments.files;
  for (const char* flag : {"--nodes", "--pods", "--scenario", "--old"}) {
    const std::vector<std::string> values = arguments.All(flag);
    inputs.insert(inputs.end(), values.begin(), values.end());
    if (values.empty() && arguments.flags.count(flag) > 0) inputs.push_back(arguments.Flag(flag, ""));
  }
  return inputs;
}

// An output must not take the place of an input, nor of another output.
absl::Status CheckOutputs(const Arguments& arguments) {
  absl::Status status;
  std::map<std::string, std::string> taken;  // files, and what they are
  for (const std::string& input : InputsOf(arguments)) taken.emplace(input, "is an input of this command, too");
  for (const char* flag : {"--report", "--junit", "--save"}) {
    const auto given = arguments.flags.find(flag);
    if (given == arguments.flags.end()) continue;
    status.Update(CheckOutput(flag, given->second));
    for (const auto& [file, what] : taken) {
      if (!IsSameFile(given->second, file)) continue;
      status.Update(absl::InvalidArgumentError(absl::StrCat(flag, ": ", given->second, " ", what)));
    }
    taken.emplace(given->second, absl::StrCat("is the file of ", flag, ", too"));
  }
  return status;
}

// Keeps the value of a flag. Only one that may be repeated can have several.
absl::Status AddFlag(const std::string& name, const std::string& value, const KnownFlags& known,
                     std::set<std::string>* given, Arguments* arguments) {
  const auto first = known.first_name.find(name);
  const bool is_new = given->insert(first == known.first_name.end() ? name : first->second).second;
  if (known.repeatable.count(name) > 0) {
    std::vector<std::string>& values = arguments->repeated[name];
    values.push_back(value);
    arguments->flags[name] = absl::StrJoin(values, ",");
    return absl::OkStatus();
  }
  if (!is_new) return absl::InvalidArgumentError(absl::StrCat(name, ": is given twice"));
  arguments->flags[name] = value;
  return absl::OkStatus();
}

std::string SuggestFlag(const std::string& name, const KnownFlags& known) {
  std::vector<absl::string_view> flags(known.with_value.begin(), known.with_value.end());
  flags.insert(flags.end(), known.without_value.begin(), known.without_value.end());
  return lws::internal::DidYouMean(name, flags);
}

}  // namespace

// `bazel run` starts programs in another folder, and passes the user's folder in a variable.
std::string ResolvePath(const std::string& path) {
  const char* stands = std::getenv("BUILD_WORKING_DIRECTORY");
  if (stands == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(stands, "/", path);
}

std::string StrictDecodingError(const std::vector<std::string>& unknown_fields) {
  return absl::StrCat("strict decoding error: ",
                      absl::StrJoin(unknown_fields, ", ", [](std::string* out, const std::string& field) {
                        absl::StrAppend(out, "unknown field \"", lws::PrintableText(field), "\"");
                      }));
}

lws::FieldErrors UnknownFieldErrors(const std::vector<std::string>& unknown_fields) {
  lws::FieldErrors errors;
  for (const std::string& field : unknown_fields) errors.push_back({field, "unknown field"});
  return errors;
}

std::string Arguments::Flag(const std::string& name, const std::string& otherwise) const {
  const auto found = flags.find(name);
  return found == flags.end() ? otherwise : found->second;
}

std::vector<std::string> Arguments::All(const std::string& name) const {
  const auto found = repeated.find(name);
  return found == repeated.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words, absl::string_view help) {
  const KnownFlags known = FlagsOf(help);
  Arguments arguments;
  std::set<std::string> given;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-" || !absl::StartsWith(word, "-")) {
      arguments.files.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::string value;
    if (Contains(known.without_value, name)) {
      value.clear();
    } else if (!Contains(known.with_value, name)) {
      return absl::InvalidArgumentError(absl::StrCat("unknown flag ", name, SuggestFlag(name, known)));
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return absl::InvalidArgumentError(absl::StrCat("flag ", name, " needs a value"));
    }
    const absl::Status added = AddFlag(name, value, known, &given, &arguments);
    if (!added.ok()) return added;
  }
  absl::Status status = CheckFormat(arguments, known.formats);
  status.Update(CheckOutputs(arguments));
  if (!status.ok()) return status;
  return arguments;
}

absl::StatusOr<std::vector<std::string>> ExpandFolders(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !std::filesystem::is_directory(ResolvePath(path), error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (auto it = std::filesystem::recursive_directory_iterator(ResolvePath(path), error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      const std::string ending = it->path().extension().string();
      if (!it->is_directory() && (ending == ".yaml" || ending == ".yml" || ending == ".json")) {
        inside.push_back((std::filesystem::path(path) / it->path().lexically_relative(ResolvePath(path))).string());
      }
    }
    if (error) return absl::NotFoundError(absl::StrCat(path, ": cannot be read: ", error.message()));
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::string text;
  std::ifstream file;
  if (path != "-") {
    file.open(ResolvePath(path), std::ios::binary);
    std::error_code error;  // a pipe has no size
    const std::uintmax_t size = std::filesystem::file_size(ResolvePath(path), error);
    if (!error && file.is_open()) text.reserve(static_cast<size_t>(size));
  }
  std::istream& from = path == "-" ? std::cin : file;
  char part[1 << 16];
  while (from.read(part, sizeof(part)) || from.gcount() > 0) text.append(part, static_cast<size_t>(from.gcount()));
  if (from.bad() || !from.eof()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return text;
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(ResolvePath(path), std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::DataLossError(absl::StrCat(path, ": cannot be written"));
}

std::string InputFile::Where(const lws::ManifestObject& object, absl::string_view field) const {
  return absl::StrCat(name, ":", object.object.LineOf(field));
}

absl::Status InputFile::Locate(const lws::ManifestObject& object, const absl::Status& status) const {
  return lws::StatusWithPrefix(Where(object, lws::FieldOfStatus(status)), status);
}

const lws::ManifestObject* InputFile::ObjectOf(const absl::Status& status) const {
  const std::string named = lws::ObjectOfStatus(status);
  const auto is_named = [&named](const lws::ManifestObject& object) {
    return lws::internal::DescribeJsonObject(object.object.Unpack()) == named;
  };
  const auto found = named.empty() ? objects.end() : std::find_if(objects.begin(), objects.end(), is_named);
  return found == objects.end() ? nullptr : &*found;
}

absl::Status InputFile::Locate(const absl::Status& status) const {
  const lws::ManifestObject* const object = ObjectOf(status);
  return object == nullptr ? lws::StatusWithPrefix(name, status) : Locate(*object, status);
}

absl::Status PlaceInFile::Locate(const absl::Status& status) const {
  const std::string below = lws::FieldOfStatus(status);
  return lws::StatusWithPrefix(
      file->Where(*object, absl::StrCat(path, path.empty() || below.empty() ? "" : ".", below)), status);
}

absl::StatusOr<InputFile> ReadObjects(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ParseObjects(path, *text);
}

absl::StatusOr<InputFile> ParseObjects(const std::string& path, absl::string_view text) {
  InputFile file;
  file.name = path == "-" ? "standard input" : path;
  absl::StatusOr<std::vector<lws::ManifestObject>> objects = lws::ReadManifest(text, file.name);
  if (!objects.ok()) return objects.status();
  file.objects = *std::move(objects);
  absl::Status kinds = RefuseMisspeltKinds(file);
  if (!kinds.ok()) return kinds;
  return file;
}

UnknownFields UnknownFieldsOf(const Arguments& arguments) {
  return arguments.flags.count("--strict") > 0 ? UnknownFields::kRefuse : UnknownFields::kWarn;
}

absl::StatusOr<lws::Json> CheckSet(const InputFile& file, const lws::ManifestObject& object, const std::string& field,
                                   const lws::Json& manifest, UnknownFields unknown) {
  const ManifestPlace place{file, object, field};
  const auto kind = manifest.is_object() ? manifest.find("kind") : manifest.end();
  if (kind == manifest.end() || *kind != lws::kKind) {
    return absl::InvalidArgumentError(absl::StrCat(place.Where(""), ": the kind is not LeaderWorkerSet"));
  }
  const std::string wrong_version = lws::WhyNoLeaderWorkerSet(manifest);
  if (!wrong_version.empty()) return RefusedManifest(place, manifest, {{"", wrong_version}}, wrong_version);
  std::vector<std::string> pruned;
  lws::Json set = WithNamespace(lws::PruneSet(manifest, &pruned));
  if (!pruned.empty() && unknown == UnknownFields::kRefuse) {
    return RefusedManifest(place, set, UnknownFieldErrors(pruned), StrictDecodingError(pruned));
  }
  for (const std::string& path : pruned) {
    std::cerr << place.Where(path) << ": warning: unknown field \"" << lws::PrintableText(path) << "\""
              << lws::internal::DidYouMeanField(path) << "\n";
  }
  const lws::SetAdmission admission = lws::AdmitSet(set);
  if (!admission.errors.empty()) {
    return RefusedManifest(
        place, set, admission.errors,
        absl::StrCat(lws::internal::DescribeJsonObject(set), " is invalid: ", lws::JoinFieldErrors(admission.errors)));
  }
  set["metadata"]["name"] = lws::internal::NameOrGenerated(admission.set->metadata());
  return set;
}

absl::Status RefuseDisaggregatedSet(const std::string& where, const lws::Json& manifest) {
  if (!lws::IsOfDisaggregatedSet(manifest)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(where, ": ", lws::internal::DescribeJsonObject(manifest),
                   ": this command takes LeaderWorkerSets only; `lwsctl render` writes those of a DisaggregatedSet"));
}

absl::StatusOr<std::vector<SetManifest>> ReadSets(const std::string& path, UnknownFields unknown) {
  absl::StatusOr<InputFile> read = ReadObjects(path);
  if (!read.ok()) return read.status();
  const auto file = std::make_shared<const InputFile>(*std::move(read));
  std::vector<SetManifest> sets;
  KnownObjects known;
  for (const lws::ManifestObject& object : file->objects) {
    for (const FoundSet& found : FindSets(object)) {
      const std::string where = file->Where(object, found.path);
      const absl::Status other = RefuseDisaggregatedSet(where, *found.manifest);
      if (!other.ok()) return other;
      absl::StatusOr<lws::Json> set = CheckSet(*file, object, found.path, *found.manifest, unknown);
      if (!set.ok()) return set.status();
      const absl::Status is_new = known.AddManifest(where, *found.manifest);
      if (!is_new.ok()) return is_new;
      if (!found.inside.empty()) {
        std::cerr << where << ": LeaderWorkerSet " << ShowName(*set) << " is inside " << found.inside << "\n";
      }
      sets.push_back({std::make_shared<const lws::Json>(*std::move(set)), where, {file, &object, found.path}});
    }
  }
  if (sets.empty())
    return absl::NotFoundError(absl::StrCat(file->name, ": holds no LeaderWorkerSet", WhatElseItIs(*file)));
  return sets;
}

void TellLeftOut(const std::string& where, size_t count, const std::string& noun, const std::string& name) {
  std::cerr << where << ": warning: " << count << " more " << noun << (count == 1 ? " is" : "s are")
            << " not looked at: this command takes one, here " << name << "\n";
}

absl::StatusOr<lws::Json> ReadSet(const std::string& path, UnknownFields unknown) {
  const absl::StatusOr<std::vector<SetManifest>> sets = ReadSets(path, unknown);
  if (!sets.ok()) return sets.status();
  if (sets->size() > 1) {
    TellLeftOut((*sets)[1].where, sets->size() - 1, lws::kKind, ShowName(*sets->front().object));
  }
  return *sets->front().object;
}

lws::Json WithNamespace(lws::Json manifest) {
  const auto metadata = manifest.is_object() ? manifest.find("metadata") : manifest.end();
  if (metadata == manifest.end() || !metadata->is_object()) return manifest;
  lws::Json& namespace_name = (*metadata)["namespace"];
  if (namespace_name.is_null()) namespace_name = "default";
  return manifest;
}

absl::StatusOr<lws::SchedulerProvider> ReadSchedulerProvider(const Arguments& arguments) {
  const std::string name = arguments.Flag("--scheduler-provider", "");
  if (name.empty()) return lws::SchedulerProvider::kNone;
  if (name == lws::kVolcanoName) return lws::SchedulerProvider::kVolcano;
  return absl::InvalidArgumentError(absl::StrCat("--scheduler-provider: ", name, " is not ", lws::kVolcanoName));
}

std::vector<absl::string_view> PolicyNames() {
  std::vector<absl::string_view> names;
  for (const lws::NamedRolloutPolicy& policy : lws::RolloutPolicies()) names.push_back(policy.name);
  return names;
}

absl::StatusOr<lws::NamedRolloutPolicy> ReadPolicy(const std::string& name) {
  const lws::NamedRolloutPolicy* found = lws::FindRolloutPolicy(name);
  if (found != nullptr) return *found;
  return absl::InvalidArgumentError(absl::StrCat("--policy: ", name, " is not one of ",
                                                 absl::StrJoin(PolicyNames(), ", "),
                                                 lws::internal::DidYouMean(name, PolicyNames())));
}

}  // namespace lwsctl
