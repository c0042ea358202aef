/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes the corpora of the e2ee targets: `e2ee-seeds tests/fuzz/corpus`. To be run again when a format
 * changes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "e2ee/blob.h"
#include "e2ee/bytes.h"
#include "e2ee/content.h"
#include "tests/fuzz/e2ee-pair.h"

static const char *corpus;

static void save(const char *target, const char *name, const uint8_t *data, size_t size)
{
        char path[4096];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", corpus, target);
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
                perror(path);
        snprintf(path, sizeof(path), "%s/%s/%s", corpus, target, name);
        file = fopen(path, "we");
        if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
                perror(path);
                exit(EXIT_FAILURE);
        }
}

static void save_next(FuzzPair *pair, const char *name, const char *text)
{
        uint8_t *envelope;
        size_t size;

        fuzz_encrypt(&pair->alice, text, &envelope, &size);
        save("e2ee-envelope", name, envelope, size);
        free(envelope);
}

static void save_envelopes(FuzzPair *pair)
{
        PrekeyBundle bundle;

        save("e2ee-envelope", "late", pair->late, pair->late_size);
        save_next(pair, "next", "next");
        save_next(pair, "jumps", "jumps");
        for (PrekeyKind kind = PREKEY_ONE_TIME; kind <= PREKEY_LAST_RESORT; kind++) {
                fuzz_bundle(&pair->bob, kind, &bundle);
                fuzz_expect(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context) ==
                            0);
                save_next(pair, kind == PREKEY_ONE_TIME ? "start-one-time" : "start-last-resort", "start");
        }
        bundle.one_time_prekey_id = 77;
        fuzz_expect(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context) == 0);
        save_next(pair, "start-unknown-prekey", "start");
        bundle.has_one_time_prekey = false;
        fuzz_expect(peer_start(pair->alice.peer, &pair->alice.self, &bundle, &pair->alice.context) == 0);
        save_next(pair, "start-signed-prekey-alone", "start");
}

static void save_session_message(const char *name, uint8_t choice, uint8_t key, uint32_t sent_before,
                                 uint32_t number)
{
        uint8_t data[1 + 40 + 24 + 16 + 32] = {0};
        ByteWriter writer = byte_writer(data, sizeof(data));

        write_u8(&writer, choice);
        for (unsigned i = 0; i < 32; i++)
                write_u8(&writer, key);
        write_u32(&writer, sent_before);
        write_u32(&writer, number);
        save("e2ee-session-message", name, data, sizeof(data));
}

static void save_session_messages(void)
{
        save_session_message("current-next", 0, 9, 0, 2);
        save_session_message("current-jumped", 0, 9, 0, 0);
        save_session_message("current-repeated", 0, 9, 0, 1);
        save_session_message("current-too-far", 0, 9, 0, 2003);
        save_session_message("current-last", 0, 9, 0, UINT32_MAX);
        save_session_message("older", 1, 9, 0, 0);
        save_session_message("older-beyond", 1, 9, 0, 5);
        save_session_message("step", 99, 9, 2, 0);
        save_session_message("step-jumps", 99, 9, 5, 5);
        save_session_message("step-too-far", 99, 9, 1000, 1003);
        save_session_message("step-backwards", 99, 9, 0, 0);
        save_session_message("step-small-order", 99, 0, 2, 0);
        save_session_message("not-ours", 100, 9, 0, 0);
}

static void save_bundle(FuzzPair *pair, const char *name, unsigned parts)
{
        uint8_t data[2048], part[256];
        ByteWriter writer = byte_writer(data, sizeof(data));

        for (unsigned i = 0; i < 4; i++) {
                size_t size = 0;

                if (parts & 1u << i)
                        size = i == 0 ? public_identity_encode(&pair->bob.identity.public_identity, part)
                                      : prekey_encode_public(&pair->bob.prekeys[i - 1], part);
                write_u16(&writer, (unsigned)size);
                write_bytes(&writer, part, size);
        }
        save("e2ee-bundle", name, data, writer.size);
}

static void save_content(const char *name, ContentKind kind, const char *text)
{
        Content content = {
                .kind = kind,
                .message_id = {"sixteen bytes id"},
                .sent_ms = UINT64_C(1700000000000),
                .text = (char *)text,
                .text_size = strlen(text),
        };
        uint8_t *data;
        size_t size;

        fuzz_expect(content_encode(&content, &data, &size) == 0);
        save("e2ee-content", name, data, size);
        free(data);
}

static void save_contents(void)
{
        static const char unknown[] = "\x0a\x10sixteen bytes id\x10\x07\xb2\x01\x02hi";
        static const char newer[] = "\x0a\x10sixteen bytes id\x10\x07\x18\x02\x82\x01\x04\x0a\x02hi";

        save_content("text", CONTENT_TEXT, "hello");
        save_content("text-empty", CONTENT_TEXT, "");
        save_content("text-utf8", CONTENT_TEXT, "\xf0\x9f\x94\x91 gr\xc3\xbc\xc3\x9f");
        save_content("session-reset", CONTENT_SESSION_RESET, "");
        save("e2ee-content", "unknown-body", (const uint8_t *)unknown, sizeof(unknown) - 1);
        save("e2ee-content", "needs-newer", (const uint8_t *)newer, sizeof(newer) - 1);
}

/* size, as a sender states it; bytes that are missing at the end. */
static void save_blob(const char *name, uint64_t stated, uint64_t size, size_t missing)
{
        static const BlobKey key = {{"a key of exactly thirty-two byte"}};
        static const uint8_t header[BLOB_HEADER_SIZE + 1] = "twenty-four header bytes";
        static uint8_t data[256 * 1024], chunk[BLOB_CHUNK_SIZE];
        ByteWriter writer = byte_writer(data, sizeof(data));
        BlobStream stream;
        BlobHash hash;

        write_u64(&writer, stated);
        write_bytes(&writer, header, BLOB_HEADER_SIZE);
        fuzz_expect(blob_seal_begin(&stream, &key, size, header) == 0);
        while (!blob_at_end(&stream)) {
                memset(chunk, 'x', sizeof(chunk));
                writer.size += blob_seal(&stream, chunk, data + writer.size);
        }
        blob_seal_end(&stream, &hash);
        save("e2ee-blob", name, data, writer.size - missing);
}

static void save_blobs(void)
{
        save_blob("empty", 0, 0, 0);
        save_blob("one-byte", 1, 1, 0);
        save_blob("one-bucket", 4096, 4096, 0);
        save_blob("two-chunks", 70000, 70000, 0);
        save_blob("stated-shorter", 100, 4096, 0);
        save_blob("stated-longer", 70000, 4096, 0);
        save_blob("stated-huge", UINT64_MAX, 1, 0);
        save_blob("cut", 1, 1, 20);
}

static void save_state(const Peer *peer, const char *name)
{
        uint8_t *data;
        size_t size;

        fuzz_expect(peer_encode(peer, &data, &size) == 0);
        save("e2ee-peer-state", name, data, size);
        free(data);
}

static void save_keys(const FuzzSide *side)
{
        uint8_t data[256];

        save("e2ee-identity", "public", data, public_identity_encode(&side->identity.public_identity, data));
        save("e2ee-identity", "secret", data, identity_encode(&side->identity, data));
        save("e2ee-identity", "signed-prekey", data, prekey_encode(&side->prekeys[0], data));
        save("e2ee-identity", "one-time-prekey", data, prekey_encode(&side->prekeys[1], data));
        save("e2ee-identity", "last-resort-prekey", data, prekey_encode(&side->prekeys[2], data));
}

int main(int argc, char **argv)
{
        FuzzPair pair;
        Peer *empty;

        if (argc != 2) {
                fprintf(stderr, "usage: e2ee-seeds FOLDER\n");
                return 2;
        }
        corpus = argv[1];
        fuzz_pair_init(&pair);
        empty = peer_new();
        save_state(empty, "empty");
        peer_free(empty);
        save_state(pair.bob.peer, "two-sessions");
        save_state(pair.alice.peer, "two-started");
        save_envelopes(&pair);
        save_state(pair.alice.peer, "not-answered");
        save_session_messages();
        save_bundle(&pair, "full", 15);
        save_bundle(&pair, "last-resort", 11);
        save_bundle(&pair, "signed-prekey-alone", 3);
        save_bundle(&pair, "without-signed-prekey", 5);
        save_blobs();
        save_contents();
        save_keys(&pair.alice);
        return EXIT_SUCCESS;
}
