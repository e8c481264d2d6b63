// Gives a request to libcurl: address, connection, TLS, headers and body.
//
//   CURL* easy = curl_easy_init();
//   curl_slist* headers = lws::internal::SetUpCurlRequest({}, request, {}, easy);
//   std::string(headers->data);    // "Accept: application/json"
//   lws::internal::ResetCurlRequest(easy);
//   curl_slist_free_all(headers);
//   curl_easy_cleanup(easy);
//
// Thread-safety: may be called concurrently for different handles.
#ifndef LWS_ADAPTERS_KUBERNETES_CURL_REQUEST_H_
#define LWS_ADAPTERS_KUBERNETES_CURL_REQUEST_H_

#include <curl/curl.h>

#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/curl_options.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws::internal {

// Borrows the body of the request until ResetCurlRequest. Returns the headers, which the handle uses until then, and
// which the caller frees afterwards. Sets no callback for the answer.
curl_slist* SetUpCurlRequest(const CurlOptions& options, const HttpRequest& request, const Credential& credential,
                             CURL* easy);

// Takes everything off the handle again, so that another request can use it.
void ResetCurlRequest(CURL* easy);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_CURL_REQUEST_H_
