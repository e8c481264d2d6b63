#include "lws/adapters/c/lws.h"

#include <cstdlib>

extern "C" {

uint32_t lws_abi_version(void) { return LWS_ABI_VERSION; }

const char* lws_version(void) { return "0.1.0"; }

const char* lws_code_name(lws_code code) {
  switch (code) {
    case LWS_OK:
      return "OK";
    case LWS_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case LWS_NOT_FOUND:
      return "NOT_FOUND";
    case LWS_RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case LWS_FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case LWS_INTERNAL:
      return "INTERNAL";
    default:
      return "UNKNOWN";
  }
}

void lws_text_free(lws_text* text) {
  if (text == nullptr) return;
  std::free(text->data);
  *text = lws_text();
}

}  // extern "C"
