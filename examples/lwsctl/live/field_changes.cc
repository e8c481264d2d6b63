#include "examples/lwsctl/live/field_changes.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/api/field_value.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;

constexpr size_t kMostShown = 60;
// How much of a long text is shown before the first difference.
constexpr size_t kShownBefore = 20;

// "metadata.labels[example.com/team]" for a key that is no word.
std::string PathOf(const std::string& path, const std::string& key) {
  if (key.find_first_of("./") != std::string::npos) return absl::StrCat(path, "[", key, "]");
  return absl::StrCat(path, path.empty() ? "" : ".", key);
}

bool IsWithinCharacter(absl::string_view text, size_t place) {
  return place < text.size() && (static_cast<unsigned char>(text[place]) & 0xc0) == 0x80;
}

// The part of a long text from `start`.
std::string Part(absl::string_view text, size_t start) {
  while (IsWithinCharacter(text, start)) --start;
  size_t end = std::min(text.size(), start + kMostShown);
  while (IsWithinCharacter(text, end)) --end;
  return absl::StrCat(start > 0 ? "..." : "", text.substr(start, end - start), end < text.size() ? "..." : "");
}

std::string TextOf(const Json* value) {
  return value == nullptr ? "absent" : value->dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "changes PATH: WAS -> IS". The path has names from the file, which are made printable. Long texts are shown from a
// little before the first difference.
void AddLine(const std::string& path, const Json* before, const Json* after, std::string* lines) {
  const std::string was = TextOf(before);
  const std::string is = TextOf(after);
  const auto differs =
      std::mismatch(was.begin(), was.begin() + static_cast<ptrdiff_t>(std::min(was.size(), is.size())), is.begin());
  const auto equal = static_cast<size_t>(differs.first - was.begin());
  const bool is_long = std::max(was.size(), is.size()) > kMostShown;
  const size_t start = is_long && equal > kShownBefore ? equal - kShownBefore : 0;
  absl::StrAppend(lines, "  changes  ", lws::PrintableText(path), ": ", Part(was, start), " -> ", Part(is, start),
                  "\n");
}

// The places of the elements by their names; empty unless all of them are maps with names of their own.
std::map<std::string, size_t> PlacesByName(const Json& list) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < list.size(); ++i) {
    const auto name = list[i].is_object() ? list[i].find("name") : list[i].end();
    if (!list[i].is_object() || name == list[i].end() || !name->is_string()) return {};
    if (!places.emplace(name->get<std::string>(), i).second) return {};
  }
  return places;
}

const Json* EntryOf(const Json& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &*found;
}

void AddFields(const std::string& path, const Json* before, const Json* after, std::string* lines);

void AddFieldsOfMap(const std::string& path, const Json& before, const Json& after, std::string* lines) {
  std::set<std::string> keys;
  for (const Json* map : {&before, &after}) {
    for (const auto& [key, value] : map->items()) keys.insert(key);
  }
  for (const std::string& key : keys) AddFields(PathOf(path, key), EntryOf(before, key), EntryOf(after, key), lines);
}

// Containers, variables and the like are the same by their names, wherever they stand.
void AddFieldsByName(const std::string& path, const Json& before, const Json& after, std::string* lines) {
  const std::map<std::string, size_t> was = PlacesByName(before);
  const std::map<std::string, size_t> is = PlacesByName(after);
  std::vector<size_t> places;  // of those that stay, in their former order
  for (const Json& element : before) {
    const std::string name = FieldValue(element, "")["name"].Text();
    const auto stays = is.find(name);
    if (stays != is.end()) places.push_back(stays->second);
    AddFields(absl::StrCat(path, "[", name, "]"), &element, stays == is.end() ? nullptr : &after[stays->second], lines);
  }
  for (const Json& element : after) {
    const std::string name = FieldValue(element, "")["name"].Text();
    if (was.count(name) == 0) AddFields(absl::StrCat(path, "[", name, "]"), nullptr, &element, lines);
  }
  if (!std::is_sorted(places.begin(), places.end())) {
    absl::StrAppend(lines, "  changes  ", lws::PrintableText(path), ": the order of its elements\n");
  }
}

// One line for each field that differs. A null is an absent field.
void AddFields(const std::string& path, const Json* before, const Json* after, std::string* lines) {
  if (before == nullptr || after == nullptr) return AddLine(path, before, after, lines);
  if (*before == *after) return;
  if (before->is_object() && after->is_object()) return AddFieldsOfMap(path, *before, *after, lines);
  if (!before->is_array() || !after->is_array()) return AddLine(path, before, after, lines);
  const bool are_named = !PlacesByName(*before).empty() && !PlacesByName(*after).empty();
  if (are_named) return AddFieldsByName(path, *before, *after, lines);
  if (before->size() != after->size()) return AddLine(path, before, after, lines);
  for (size_t i = 0; i < before->size(); ++i) {
    AddFields(absl::StrCat(path, "[", i, "]"), &(*before)[i], &(*after)[i], lines);
  }
}

// What a user edits of a set.
Json Edited(const Json& whole) {
  const FieldValue metadata = FieldValue(whole, "")["metadata"];
  Json edited = {{"spec", FieldValue(whole, "")["spec"].json()}};
  for (const char* field : {"labels", "annotations"}) {
    edited["metadata"][field] = metadata[field].exists() ? metadata[field].json() : Json::object();
  }
  return edited;
}

}  // namespace

std::string FieldChanges(const Json& before, const Json& after) {
  const Json was = Edited(before);
  const Json is = Edited(after);
  std::string lines;
  AddFields("", &was, &is, &lines);
  return lines;
}

}  // namespace lwsctl
