#include "lws/adapters/kubernetes/serving/certificate_pair.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/serving/openssl_error.h"

namespace lws::internal {
namespace {

constexpr int kKeyBits = 2048;
constexpr int kSerialBits = 127;

template <typename T, void (*free)(T*)>
struct Freed {
  void operator()(T* value) const { free(value); }
};

using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION, X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE, X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX, X509_STORE_CTX_free>>;

absl::Status Failure(absl::string_view what) { return absl::InternalError(absl::StrCat(what, ": ", OpenSslError())); }

Memory Reading(absl::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string TextOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : "";
}

absl::StatusOr<Certificate> ReadCertificate(absl::string_view pem) {
  const Memory memory = Reading(pem);
  Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return absl::InvalidArgumentError(absl::StrCat("certificate: ", OpenSslError()));
  return certificate;
}

absl::StatusOr<Key> ReadKey(absl::string_view pem) {
  const Memory memory = Reading(pem);
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return absl::InvalidArgumentError(absl::StrCat("key: ", OpenSslError()));
  return key;
}

absl::StatusOr<CertificatePair> Write(X509* certificate, EVP_PKEY* key) {
  const Memory certificate_text(BIO_new(BIO_s_mem()));
  const Memory key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey_traditional(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Failure("writing a certificate");
  }
  return CertificatePair{TextOf(certificate_text.get()), TextOf(key_text.get())};
}

bool SetSerial(X509* certificate) {
  const Number number(BN_new());
  return number != nullptr && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetTime(absl::Time time, ASN1_TIME* to) { return ASN1_TIME_set(to, absl::ToTimeT(time)) != nullptr; }

bool SetName(absl::string_view common_name, X509_NAME* name) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

bool AddExtension(int nid, const std::string& value, X509* issuer, X509* certificate) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool IsAddress(const std::string& name) {
  std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>> address(
      a2i_IPADDRESS(name.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

std::string AlternativeNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    absl::StrAppend(&text, text.empty() ? "" : ",", IsAddress(name) ? "IP:" : "DNS:", name);
  }
  return text;
}

// A certificate for a new key. Its signature, its issuer's name and its extensions are still missing.
absl::StatusOr<Certificate> Begin(const CertificateSubject& subject, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (certificate == nullptr || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      !SetSerial(certificate.get()) || !SetTime(subject.since, X509_getm_notBefore(certificate.get())) ||
      !SetTime(subject.until, X509_getm_notAfter(certificate.get())) ||
      !SetName(subject.common_name, X509_get_subject_name(certificate.get())) ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return Failure("making a certificate");
  }
  return certificate;
}

}  // namespace

absl::StatusOr<CertificatePair> MakeCertificateAuthority(const CertificateSubject& subject) {
  const Key key(EVP_RSA_gen(kKeyBits));
  if (key == nullptr) return Failure("making a key");
  const absl::StatusOr<Certificate> begun = Begin(subject, key.get());
  if (!begun.ok()) return begun.status();
  X509* certificate = begun->get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1 ||
      !AddExtension(NID_basic_constraints, "critical,CA:TRUE", certificate, certificate) ||
      !AddExtension(NID_key_usage, "critical,digitalSignature,keyEncipherment,keyCertSign", certificate, certificate) ||
      !AddExtension(NID_subject_key_identifier, "hash", certificate, certificate) ||
      X509_sign(certificate, key.get(), EVP_sha256()) == 0) {
    return Failure("making a certificate authority");
  }
  return Write(certificate, key.get());
}

absl::StatusOr<CertificatePair> MakeServerCertificate(const CertificateSubject& subject,
                                                      const CertificatePair& authority) {
  const absl::StatusOr<Certificate> issuer = ReadCertificate(authority.certificate);
  if (!issuer.ok()) return issuer.status();
  const absl::StatusOr<Key> issuer_key = ReadKey(authority.key);
  if (!issuer_key.ok()) return issuer_key.status();
  const Key key(EVP_RSA_gen(kKeyBits));
  if (key == nullptr) return Failure("making a key");
  const absl::StatusOr<Certificate> begun = Begin(subject, key.get());
  if (!begun.ok()) return begun.status();
  X509* certificate = begun->get();
  if (X509_set_issuer_name(certificate, X509_get_subject_name(issuer->get())) != 1 ||
      !AddExtension(NID_basic_constraints, "critical,CA:FALSE", issuer->get(), certificate) ||
      !AddExtension(NID_key_usage, "critical,digitalSignature,keyEncipherment", issuer->get(), certificate) ||
      !AddExtension(NID_ext_key_usage, "serverAuth", issuer->get(), certificate) ||
      !AddExtension(NID_authority_key_identifier, "keyid", issuer->get(), certificate) ||
      !AddExtension(NID_subject_alt_name, AlternativeNames(subject.dns_names), issuer->get(), certificate) ||
      X509_sign(certificate, issuer_key->get(), EVP_sha256()) == 0) {
    return Failure("making a server's certificate");
  }
  return Write(certificate, key.get());
}

namespace {

bool IsFor(X509* certificate, const std::string& name) {
  if (IsAddress(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  return X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr) == 1;
}

absl::Status CheckChain(X509* certificate, X509* authority, absl::Time now) {
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  if (store == nullptr || context == nullptr || X509_STORE_add_cert(store.get(), authority) != 1 ||
      X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) != 1) {
    return Failure("checking a certificate");
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  if (X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER) != 1) return Failure("checking a certificate");
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat("certificate: ", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

}  // namespace

absl::Status CheckCertificate(const CertificatePair& pair, absl::string_view authority,
                              const std::vector<std::string>& names, absl::Time now) {
  const absl::StatusOr<Certificate> certificate = ReadCertificate(pair.certificate);
  if (!certificate.ok()) return certificate.status();
  const absl::StatusOr<Key> key = ReadKey(pair.key);
  if (!key.ok()) return key.status();
  const absl::StatusOr<Certificate> issuer = ReadCertificate(authority);
  if (!issuer.ok()) return issuer.status();
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return absl::FailedPreconditionError("certificate: the key is that of another certificate");
  }
  for (const std::string& name : names) {
    if (!IsFor(certificate->get(), name)) {
      return absl::FailedPreconditionError(absl::StrCat("certificate: it is not for ", name));
    }
  }
  return CheckChain(certificate->get(), issuer->get(), now);
}

absl::StatusOr<absl::Time> CertificateUntil(absl::string_view certificate) {
  const absl::StatusOr<Certificate> read = ReadCertificate(certificate);
  if (!read.ok()) return read.status();
  std::tm until = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(read->get()), &until) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("certificate: ", OpenSslError()));
  }
  return absl::FromTM(until, absl::UTCTimeZone());
}

}  // namespace lws::internal
