// What the head of a page of HTML tells of the run that it shows.
//
//   lws::ReportPage page;
//   page.file = "serve.yaml";
//   lws::ScenarioHtmlReport({{"keep-budget", report}}, page);    // a page that names the file
//
// Thread-safety: a value.
#ifndef LWS_ADAPTERS_TESTING_PAGE_PAGE_FACTS_H_
#define LWS_ADAPTERS_TESTING_PAGE_PAGE_FACTS_H_

#include <string>
#include <vector>

namespace lws {

// Empty texts are left out.
struct ReportPage {
  std::string version;  // of the program that ran it
  std::string file;
  std::string scenario;  // its file
  std::string date;
  // What could not be run, each in one text. Such a page says FAIL.
  std::vector<std::string> errors;
  // The times of all reports have one scale, so that they can be compared.
  bool has_one_scale = false;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_TESTING_PAGE_PAGE_FACTS_H_
