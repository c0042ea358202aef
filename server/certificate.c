/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "server/cleanup.h"
#include "server/exit-code.h"
#include "server/log.h"

enum { VALID_DAYS = 3650, HOST_NAME_SIZE = 256 };

static void x509_freep(X509 **x)
{
        X509_free(*x);
}

static void pkey_freep(EVP_PKEY **key)
{
        EVP_PKEY_free(*key);
}

static void der_freep(unsigned char **der)
{
        OPENSSL_free(*der);
}

static const char *openssl_problem(void)
{
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());

        return reason ? reason : "unknown";
}

static void ssl_context_freep(SSL_CTX **context)
{
        SSL_CTX_free(*context);
}

static void chain_deinit(CertificateChain *chain)
{
        X509_free(chain->leaf);
        EVP_PKEY_free(chain->key);
        sk_X509_pop_free(chain->others, X509_free);
        *chain = (CertificateChain){};
}

static int pin_of(X509 *x, CertificatePin *out)
{
        _cleanup_(der_freep) unsigned char *der = NULL;
        int size = i2d_X509(x, &der);

        if (size < 0)
                return EXIT_INTERNAL;
        certificate_pin_of(der, (size_t)size, out);
        return 0;
}

static int not_pem(const char *path)
{
        log_error("certificate %s: not a certificate in PEM: %s", path, openssl_problem());
        return EXIT_CERTIFICATE;
}

static int read_certificates(CertificateChain *chain, const char *path)
{
        _cleanup_(fclosep) FILE *file = fopen(path, "re");
        X509 *x;

        if (!file) {
                log_error("certificate %s: %s", path, strerror(errno));
                return EXIT_CERTIFICATE;
        }
        ERR_clear_error();
        chain->leaf = PEM_read_X509(file, NULL, NULL, NULL);
        if (!chain->leaf)
                return not_pem(path);
        chain->others = sk_X509_new_null();
        if (!chain->others)
                return EXIT_INTERNAL;
        while ((x = PEM_read_X509(file, NULL, NULL, NULL)))
                if (!sk_X509_push(chain->others, x)) {
                        X509_free(x);
                        return EXIT_INTERNAL;
                }
        /* This is what the end of the file looks like. */
        if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
                return not_pem(path);
        ERR_clear_error();
        return 0;
}

static int read_key(CertificateChain *chain, const char *path)
{
        _cleanup_(fclosep) FILE *file = fopen(path, "re");

        if (!file) {
                log_error("key %s: %s", path, strerror(errno));
                return EXIT_CERTIFICATE;
        }
        chain->key = PEM_read_PrivateKey(file, NULL, NULL, (void *)"");
        if (!chain->key) {
                log_error("key %s: not a private key in PEM without passphrase: %s", path, openssl_problem());
                return EXIT_CERTIFICATE;
        }
        return 0;
}

/* Also by OpenSSL's own rules, as a connection would: it refuses keys that are too short, among others. */
static int check(const CertificateChain *chain, const char *certificate_path, const char *key_path)
{
        _cleanup_(ssl_context_freep) SSL_CTX *context = SSL_CTX_new(TLS_server_method());

        if (!context)
                return EXIT_INTERNAL;
        if (X509_check_private_key(chain->leaf, chain->key) != 1) {
                log_error("key %s does not belong to certificate %s", key_path, certificate_path);
                return EXIT_CERTIFICATE;
        }
        if (SSL_CTX_use_cert_and_key(context, chain->leaf, chain->key, chain->others, 1) != 1) {
                log_error("certificate %s cannot be used: %s", certificate_path, openssl_problem());
                return EXIT_CERTIFICATE;
        }
        if (X509_cmp_current_time(X509_get0_notAfter(chain->leaf)) < 0)
                log_warning("certificate %s has expired: clients without its pin will refuse it",
                            certificate_path);
        return 0;
}

/* What is read of a chain that is refused is the caller's to free, too. */
static int read_chain(CertificateChain *chain, const char *certificate_path, const char *key_path)
{
        int r;

        r = read_certificates(chain, certificate_path);
        if (r != 0)
                return r;
        r = read_key(chain, key_path);
        if (r != 0)
                return r;
        r = check(chain, certificate_path, key_path);
        if (r != 0)
                return r;
        return pin_of(chain->leaf, &chain->pin);
}

void certificate_init(Certificate *certificate)
{
        *certificate = (Certificate){};
        pthread_mutex_init(&certificate->lock, NULL);
}

int certificate_load(Certificate *certificate, const char *certificate_path, const char *key_path)
{
        certificate->certificate_path = strdup(certificate_path);
        certificate->key_path = strdup(key_path);
        if (!certificate->certificate_path || !certificate->key_path)
                return EXIT_INTERNAL;
        return read_chain(&certificate->chain, certificate_path, key_path);
}

int certificate_reload(Certificate *certificate)
{
        _cleanup_(chain_deinit) CertificateChain chain = {};
        CertificateChain replaced;
        char pin[CERTIFICATE_PIN_TEXT_SIZE];
        bool same_pin;
        int r;

        r = read_chain(&chain, certificate->certificate_path, certificate->key_path);
        if (r != 0) {
                log_error("going on with the certificate that is in use");
                return r;
        }
        certificate_pin_format(&chain.pin, pin);
        pthread_mutex_lock(&certificate->lock);
        replaced = certificate->chain;
        certificate->chain = chain;
        pthread_mutex_unlock(&certificate->lock);
        same_pin = memcmp(&replaced.pin, &certificate->chain.pin, sizeof(replaced.pin)) == 0;
        chain = replaced;
        log_notice("read certificate %s again; %s %s", certificate->certificate_path,
                   same_pin ? "its pin stays" : "whoever has been given its pin needs another:", pin);
        return 0;
}

int certificate_use(Certificate *certificate, SSL *connection)
{
        int r;

        SSL_certs_clear(connection); /* one of another kind of key would be offered beside this one */
        pthread_mutex_lock(&certificate->lock);
        r = SSL_use_cert_and_key(connection, certificate->chain.leaf, certificate->chain.key,
                                 certificate->chain.others, 1);
        pthread_mutex_unlock(&certificate->lock);
        return r == 1 ? 0 : -1;
}

static bool add_extension(X509 *x, int nid, const char *value)
{
        X509V3_CTX context;
        X509_EXTENSION *extension;
        bool added;

        X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
        X509V3_set_ctx_nodb(&context);
        extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
        added = extension && X509_add_ext(x, extension, -1);
        X509_EXTENSION_free(extension);
        return added;
}

static bool set_serial(X509 *x)
{
        unsigned char bytes[16];
        BIGNUM *number;
        bool set;

        if (RAND_bytes(bytes, sizeof(bytes)) != 1)
                return false;
        bytes[0] &= 0x7f; /* positive */
        number = BN_bin2bn(bytes, sizeof(bytes), NULL);
        set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
        BN_free(number);
        return set;
}

/* A host name that would not stand in a certificate as it is, is left out. */
static void alternative_names(char *out, size_t size)
{
        char host[HOST_NAME_SIZE] = "";

        if (gethostname(host, sizeof(host) - 1) < 0 || !*host || strcmp(host, "localhost") == 0 ||
            host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")])
                host[0] = '\0';
        snprintf(out, size, "DNS:localhost,IP:127.0.0.1,IP:::1%s%s", *host ? ",DNS:" : "", host);
}

static X509 *make(EVP_PKEY *key)
{
        _cleanup_(x509_freep) X509 *x = X509_new();
        char names[HOST_NAME_SIZE + 64];
        X509_NAME *name;
        X509 *made;

        if (!x)
                return NULL;
        alternative_names(names, sizeof(names));
        name = X509_get_subject_name(x);
        if (!X509_set_version(x, X509_VERSION_3) || !set_serial(x) ||
            !X509_gmtime_adj(X509_getm_notBefore(x), -60 * 60) || /* clocks differ */
            !X509_gmtime_adj(X509_getm_notAfter(x), 60L * 60 * 24 * VALID_DAYS) ||
            !X509_set_pubkey(x, key) ||
            !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"smserver", -1, -1,
                                        0) ||
            !X509_set_issuer_name(x, name) ||
            !add_extension(x, NID_basic_constraints, "critical,CA:FALSE") ||
            !add_extension(x, NID_key_usage, "critical,digitalSignature") ||
            !add_extension(x, NID_ext_key_usage, "serverAuth") ||
            !add_extension(x, NID_subject_alt_name, names) || !X509_sign(x, key, EVP_sha256()))
                return NULL;
        made = x;
        x = NULL;
        return made;
}

/* Under another name first: a half-written file is never taken for the real one. */
static FILE *create(const char *path, char **temporary_out)
{
        FILE *file;
        int fd;

        if (asprintf(temporary_out, "%s.new", path) < 0) {
                *temporary_out = NULL;
                errno = ENOMEM;
                return NULL;
        }
        fd = open(*temporary_out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return NULL;
        file = fdopen(fd, "we");
        if (!file)
                close(fd);
        return file;
}

static int save(const char *path, EVP_PKEY *key, X509 *x)
{
        _cleanup_(freep) char *temporary = NULL;
        FILE *file = create(path, &temporary);
        bool written;

        if (!file)
                return -errno;
        written = key ? PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) : PEM_write_X509(file, x);
        written = written && fflush(file) == 0 && fsync(fileno(file)) == 0;
        if (fclose(file) != 0 || !written || rename(temporary, path) < 0)
                return errno ? -errno : -EIO;
        return 0;
}

static int make_own(const char *certificate_path, const char *key_path)
{
        _cleanup_(pkey_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
        _cleanup_(x509_freep) X509 *x = key ? make(key) : NULL;
        int r;

        if (!x) {
                log_error("cannot make a certificate: %s", openssl_problem());
                return EXIT_INTERNAL;
        }
        r = save(key_path, key, NULL);
        if (r == 0)
                r = save(certificate_path, NULL, x);
        if (r < 0) {
                log_error("%s: %s", certificate_path, strerror(-r));
                return r == -ENOSPC ? EXIT_DISK_FULL : EXIT_STATE;
        }
        log_notice("made a certificate: %s", certificate_path);
        return 0;
}

int certificate_load_own(Certificate *certificate, const char *folder)
{
        _cleanup_(freep) char *certificate_path = NULL, *key_path = NULL;
        int r;

        if (asprintf(&certificate_path, "%s/certificate.pem", folder) < 0) {
                certificate_path = NULL;
                return EXIT_INTERNAL;
        }
        if (asprintf(&key_path, "%s/key.pem", folder) < 0) {
                key_path = NULL;
                return EXIT_INTERNAL;
        }
        if (access(certificate_path, F_OK) < 0 && errno == ENOENT) {
                r = make_own(certificate_path, key_path);
                if (r != 0)
                        return r;
        }
        return certificate_load(certificate, certificate_path, key_path);
}

void certificate_deinit(Certificate *certificate)
{
        free(certificate->certificate_path);
        free(certificate->key_path);
        chain_deinit(&certificate->chain);
        pthread_mutex_destroy(&certificate->lock);
}
