/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One side of a conversation, for interop.py and for scenarios: libe2ee behind a line protocol on standard input and output.
 * All bytes are hexadecimal, "-" for none; an answer is "ok" with its words, or "refused" with libe2ee's
 * code.
 *
 *     address NAME ID NAME ID            this side's and the other's, if not "here" 1 and "there" 7
 *     anew                               somebody else from here on: another identity, no session
 *     bundle                             identity, signed prekey and a one-time prekey of this side
 *     start IDENTITY SIGNED ONE-TIME     begins a session with the other side
 *     encrypt TEXT                       an envelope
 *     decrypt ENVELOPE                   the text
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "e2ee/peer.h"

enum { WORDS_MAX = 5, LINE_MAX_SIZE = 512 * 1024, BYTES_MAX = PEER_ENVELOPE_MAX };

typedef struct Here {
        E2eeContext context;
        Identity identity;
        PeerSelf self;
        Prekey signed_prekey, one_time;
        PrekeySource source;
        Address there;
        Peer *peer;
} Here;

static void fill(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

static int find_prekey(void *userdata, PrekeyKind kind, uint32_t id, Prekey *out)
{
        const Here *here = userdata;
        const Prekey *prekey = kind == PREKEY_SIGNED ? &here->signed_prekey : &here->one_time;

        if (prekey->kind != kind || prekey->id != id)
                return 1;
        *out = *prekey;
        return 0;
}

static int here_init(Here *here)
{
        here->context = (E2eeContext){.fill = fill, .now_ms = UINT64_C(1700000000000)};
        here->self = (PeerSelf){.address = {.name = "here", .device_id = 1}, .identity = &here->identity};
        here->there = (Address){.name = "there", .device_id = 7};
        here->source = (PrekeySource){.find = find_prekey, .userdata = here};
        identity_generate(&here->identity, &here->context);
        prekey_generate(&here->signed_prekey, PREKEY_SIGNED, 4711, &here->identity, &here->context);
        prekey_generate(&here->one_time, PREKEY_ONE_TIME, 4712, &here->identity, &here->context);
        here->peer = peer_new();
        return here->peer ? 0 : -1;
}

static void print_hex(const uint8_t *data, size_t size)
{
        fputs(size > 0 ? " " : " -", stdout);
        for (size_t i = 0; i < size; i++)
                printf("%02x", data[i]);
}

static size_t from_hex(const char *hex, uint8_t *out)
{
        size_t size;

        if (hex && strcmp(hex, "-") == 0)
                return 0;
        if (!hex || sodium_hex2bin(out, BYTES_MAX, hex, strlen(hex), NULL, &size, NULL) != 0) {
                fprintf(stderr, "interop-peer: not hexadecimal\n");
                exit(2);
        }
        return size;
}

static int answer_anew(Here *here)
{
        peer_free(here->peer);
        printf("ok");
        return here_init(here);
}

static int answer_address(Here *here, char **words)
{
        if (!words[4])
                return 1;
        snprintf(here->self.address.name, sizeof(here->self.address.name), "%s", words[1]);
        here->self.address.device_id = (uint32_t)strtoul(words[2], NULL, 10);
        snprintf(here->there.name, sizeof(here->there.name), "%s", words[3]);
        here->there.device_id = (uint32_t)strtoul(words[4], NULL, 10);
        printf("ok");
        return 0;
}

static int answer_bundle(const Here *here)
{
        uint8_t identity[PUBLIC_IDENTITY_SIZE], prekey[PREKEY_ENCODED_SIZE];

        printf("ok");
        print_hex(identity, public_identity_encode(&here->identity.public_identity, identity));
        print_hex(prekey, prekey_encode_public(&here->signed_prekey, prekey));
        print_hex(prekey, prekey_encode_public(&here->one_time, prekey));
        return 0;
}

static int answer_start(Here *here, char **words)
{
        static uint8_t identity[BYTES_MAX], signed_prekey[BYTES_MAX], one_time[BYTES_MAX];
        PrekeyBundleParts parts = {
                .identity = identity,
                .signed_prekey = signed_prekey,
                .one_time_prekey = one_time,
                .identity_size = from_hex(words[1], identity),
                .signed_prekey_size = from_hex(words[2], signed_prekey),
                .one_time_prekey_size = from_hex(words[3], one_time),
        };
        PrekeyBundle bundle;
        int r;

        if (parts.one_time_prekey_size == 0)
                parts.one_time_prekey = NULL;
        r = prekey_bundle_decode(&here->there, &parts, &bundle);
        if (r == 0)
                r = peer_start(here->peer, &here->self, &bundle, &here->context);
        if (r == 0)
                printf("ok");
        return r;
}

static int answer_encrypt(Here *here, char **words)
{
        static uint8_t text[BYTES_MAX];
        size_t size = from_hex(words[1], text), envelope_size;
        uint8_t *envelope;
        int r;

        r = peer_encrypt(here->peer, &here->self, text, size, &here->context, &envelope, &envelope_size);
        if (r != 0)
                return r;
        printf("ok");
        print_hex(envelope, envelope_size);
        free(envelope);
        return 0;
}

static int answer_decrypt(Here *here, char **words)
{
        static uint8_t envelope[BYTES_MAX];
        size_t size = from_hex(words[1], envelope);
        PeerDecrypted decrypted;
        int r;

        r = peer_decrypt(here->peer, &here->self, &here->there, &here->source, envelope, size,
                         &here->context, &decrypted);
        if (r != 0)
                return r;
        printf("ok");
        print_hex(decrypted.plaintext, decrypted.size);
        peer_decrypted_deinit(&decrypted);
        return 0;
}

static int answer(Here *here, char **words)
{
        if (words[0] && strcmp(words[0], "anew") == 0)
                return answer_anew(here);
        if (words[0] && strcmp(words[0], "address") == 0)
                return answer_address(here, words);
        if (words[0] && strcmp(words[0], "bundle") == 0)
                return answer_bundle(here);
        if (words[0] && strcmp(words[0], "start") == 0)
                return answer_start(here, words);
        if (words[0] && strcmp(words[0], "encrypt") == 0)
                return answer_encrypt(here, words);
        if (words[0] && strcmp(words[0], "decrypt") == 0)
                return answer_decrypt(here, words);
        fprintf(stderr, "interop-peer: no such command\n");
        exit(2);
}

int main(void)
{
        static char line[LINE_MAX_SIZE];
        Here here = {0};

        if (sodium_init() < 0 || here_init(&here) < 0)
                return EXIT_FAILURE;
        while (fgets(line, sizeof(line), stdin)) {
                char *words[WORDS_MAX] = {NULL}, *state = NULL;
                int r;

                words[0] = strtok_r(line, " \n", &state);
                for (int i = 1; i < WORDS_MAX && words[i - 1]; i++)
                        words[i] = strtok_r(NULL, " \n", &state);
                r = answer(&here, words);
                if (r != 0)
                        printf("refused %d", r);
                putchar('\n');
                fflush(stdout);
        }
        peer_free(here.peer);
        return EXIT_SUCCESS;
}
