/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "wire/frame.h"
#include "wire/limits.h"

static uint8_t bytes_of_any_size[WIRE_FRAME_MAX + 1];

static int decode_again(const Wire__ClientFrame *frame)
{
        Wire__ClientFrame *decoded = NULL;
        ssize_t size = frame_size_client(frame);
        g_autofree uint8_t *data = NULL;
        int r;

        g_assert_cmpint(size, >, 0);
        data = g_malloc((size_t)size);
        frame_encode_client(frame, data);
        r = frame_decode_client(data, (size_t)size, &decoded, NULL);
        g_assert_true((r == 0) == (decoded != NULL));
        frame_free_client(decoded);
        return r;
}

static int decode_send(size_t id_size, const char *recipient, uint32_t device, size_t payload_size, size_t count)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Send send = WIRE__SEND__INIT;
        Wire__OutgoingEnvelope envelope = WIRE__OUTGOING_ENVELOPE__INIT;
        Wire__OutgoingEnvelope *envelopes[WIRE_BATCH_MAX + 1];

        envelope.id = (ProtobufCBinaryData){id_size, bytes_of_any_size};
        envelope.recipient = (char *)recipient;
        envelope.device_id = device;
        envelope.payload = (ProtobufCBinaryData){payload_size, bytes_of_any_size};
        for (size_t i = 0; i < count; i++)
                envelopes[i] = &envelope;
        send.envelopes = envelopes;
        send.n_envelopes = count;
        frame.request = 1;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_SEND;
        frame.send = &send;
        return decode_again(&frame);
}

static void test_send_limits(void)
{
        g_assert_cmpint(decode_send(16, "bob", 1, 1, 1), ==, 0);
        g_assert_cmpint(decode_send(16, "bob", 1, WIRE_PAYLOAD_MAX, 1), ==, 0);
        g_assert_cmpint(decode_send(16, "bob", 1, 1, WIRE_BATCH_MAX), ==, 0);

        g_assert_cmpint(decode_send(15, "bob", 1, 1, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(17, "bob", 1, 1, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "Bob", 1, 1, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "bob", 0, 1, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "bob", 1, 0, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "bob", 1, WIRE_PAYLOAD_MAX + 1, 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "bob", 1, 1, WIRE_BATCH_MAX + 1), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_send(16, "bob", 1, 1, 0), ==, FRAME_MALFORMED);
}

static void test_hello(void)
{
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__Hello hello = WIRE__HELLO__INIT;

        frame.request = 1;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_HELLO;
        frame.hello = &hello;
        hello.protocol_min = 1;
        hello.protocol_max = 3;
        hello.server_name = (char *)"localhost";
        g_assert_cmpint(decode_again(&frame), ==, 0);
        hello.server_name = (char *)"local\nhost";
        g_assert_cmpint(decode_again(&frame), ==, FRAME_MALFORMED);
        hello.server_name = (char *)"localhost";
        hello.protocol_min = 4;
        g_assert_cmpint(decode_again(&frame), ==, FRAME_MALFORMED);
        hello.protocol_min = 1;
        frame.request = 0;
        g_assert_cmpint(decode_again(&frame), ==, FRAME_MALFORMED);
}

/* A frame of a newer client: the number of its request is known, so that it can be answered. */
static void test_unsupported(void)
{
        static const uint8_t data[] = {0x08, 0x2a, 0x9a, 0x06, 0x00}; /* request 42, field 99 empty */
        Wire__ClientFrame *frame = NULL;
        uint64_t request = 0;

        g_assert_cmpint(frame_decode_client(data, sizeof(data), &frame, &request), ==, FRAME_UNSUPPORTED);
        g_assert_null(frame);
        g_assert_cmpuint(request, ==, 42);
}

static void test_too_large(void)
{
        Wire__ClientFrame *frame = NULL;

        g_assert_cmpint(frame_decode_client(bytes_of_any_size, sizeof(bytes_of_any_size), &frame, NULL), ==,
                        FRAME_MALFORMED);

        Wire__ServerFrame server = WIRE__SERVER_FRAME__INIT;
        Wire__Error error = WIRE__ERROR__INIT;

        error.text = g_strnfill(WIRE_FRAME_MAX, 'x');
        server.body_case = WIRE__SERVER_FRAME__BODY_ERROR;
        server.error = &error;
        g_assert_cmpint(frame_size_server(&server), ==, -EMSGSIZE);
        g_free(error.text);
}

/* The largest frame of fields that nobody knows: refused by counting, before memory is spent on it. */
static void test_too_many_fields(void)
{
        static const uint8_t request[] = {0x08, 0x2a}, unknown[] = {0xa0, 0x3f, 0x2a};
        const size_t most = sizeof(request) + 3071 * sizeof(unknown);
        static uint8_t data[WIRE_FRAME_MAX];
        Wire__ClientFrame *client = NULL;
        Wire__ServerFrame *server = NULL;
        size_t i;

        /* Request 42, then field 1012, a number, again and again. */
        memcpy(data, request, sizeof(request));
        for (i = sizeof(request); i + sizeof(unknown) <= sizeof(data); i += sizeof(unknown))
                memcpy(data + i, unknown, sizeof(unknown));
        g_assert_cmpint(frame_decode_client(data, most, &client, NULL), ==, FRAME_UNSUPPORTED);
        g_assert_cmpint(frame_decode_client(data, most + sizeof(unknown), &client, NULL), ==, FRAME_MALFORMED);
        g_assert_cmpint(frame_decode_client(data, sizeof(data), &client, NULL), ==, FRAME_MALFORMED);
        g_assert_cmpint(frame_decode_server(data, sizeof(data), &server, NULL), ==, FRAME_MALFORMED);

        /* The same inside a Send, as empty envelopes. */
        data[0] = 0x4a; /* field 9, of so many bytes: */
        data[1] = 0x80;
        data[2] = 0x40; /* 8,192 */
        for (i = 3; i < 3 + 8192; i += 2) {
                data[i] = 0x0a;
                data[i + 1] = 0;
        }
        g_assert_cmpint(frame_decode_client(data, 3 + 8192, &client, NULL), ==, FRAME_MALFORMED);
        g_assert_null(client);
}

/* Sequences of one Deliver strictly increase, so that a receiver may ack the last. Ephemeral envelopes, which have none, may
 * stand anywhere. */
static void test_deliver_order(void)
{
        Wire__Envelope envelopes[2] = {WIRE__ENVELOPE__INIT, WIRE__ENVELOPE__INIT};
        Wire__Envelope *list[2] = {&envelopes[0], &envelopes[1]};
        Wire__Deliver deliver = WIRE__DELIVER__INIT;
        Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT;
        static const uint64_t sequences[][2] = {{1, 2}, {0, 1}, {1, 0}, {2, 2}, {3, 2}};

        deliver.envelopes = list;
        deliver.n_envelopes = 2;
        frame.body_case = WIRE__SERVER_FRAME__BODY_DELIVER;
        frame.deliver = &deliver;
        for (size_t i = 0; i < G_N_ELEMENTS(sequences); i++) {
                Wire__ServerFrame *decoded = NULL;
                uint8_t data[512];
                int r;

                for (size_t k = 0; k < 2; k++) {
                        envelopes[k].sequence = sequences[i][k];
                        envelopes[k].id = (ProtobufCBinaryData){16, bytes_of_any_size};
                        envelopes[k].sender = (char *)"bob";
                        envelopes[k].sender_device_id = 1;
                        envelopes[k].payload = (ProtobufCBinaryData){1, bytes_of_any_size};
                }
                g_assert_cmpint(frame_size_server(&frame), <=, (ssize_t)sizeof(data));
                frame_encode_server(&frame, data);
                r = frame_decode_server(data, (size_t)frame_size_server(&frame), &decoded, NULL);
                g_assert_cmpint(r, ==, i < 3 ? 0 : FRAME_MALFORMED);
                frame_free_server(decoded);
        }
}

/* A commit of a group, or another message of it where `welcome_size` is -1. */
static int decode_group_send(size_t payload_size, size_t added, size_t removed, ssize_t welcome_size, size_t spite_size)
{
        static char *names[WIRE_GROUP_CHANGES_MAX + 1];
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;
        Wire__GroupSend send = WIRE__GROUP_SEND__INIT;
        Wire__GroupCommit commit = WIRE__GROUP_COMMIT__INIT;

        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                names[i] = (char *)"a-name-of-as-many-as-there-may-b";
        send.group = send.id = (ProtobufCBinaryData){16, bytes_of_any_size};
        send.payload = (ProtobufCBinaryData){payload_size, bytes_of_any_size};
        commit.added = commit.removed = names;
        commit.n_added = added;
        commit.n_removed = removed;
        commit.welcome = (ProtobufCBinaryData){welcome_size < 0 ? 0 : (size_t)welcome_size, bytes_of_any_size};
        commit.in_spite_of = (ProtobufCBinaryData){spite_size, bytes_of_any_size};
        if (welcome_size >= 0)
                send.commit = &commit;
        frame.request = 1;
        frame.body_case = WIRE__CLIENT_FRAME__BODY_GROUP_SEND;
        frame.group_send = &send;
        return decode_again(&frame);
}

/* The largest of everything in one commit fits a frame. */
static void test_group_limits(void)
{
        const size_t changes = WIRE_GROUP_CHANGES_MAX;

        g_assert_cmpint(decode_group_send(WIRE_PAYLOAD_MAX, 0, 0, -1, 0), ==, 0);
        g_assert_cmpint(decode_group_send(WIRE_GROUP_COMMIT_MAX, 0, 0, 0, 16), ==, 0);
        g_assert_cmpint(decode_group_send(WIRE_GROUP_COMMIT_MAX, changes, 0, WIRE_GROUP_WELCOME_MAX, 16), ==, 0);
        g_assert_cmpint(decode_group_send(1, changes / 2, changes / 2, 1, 0), ==, 0);
        g_assert_cmpint(decode_group_send(1, 0, changes, 0, 0), ==, 0);

        g_assert_cmpint(decode_group_send(0, 0, 0, -1, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(WIRE_PAYLOAD_MAX + 1, 0, 0, -1, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(WIRE_GROUP_COMMIT_MAX + 1, 0, 0, 0, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, 1, 0, WIRE_GROUP_WELCOME_MAX + 1, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, 1, 0, 0, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, 0, 1, 1, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, changes, 1, 1, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, 0, changes + 1, 0, 0), ==, FRAME_MALFORMED);
        g_assert_cmpint(decode_group_send(1, 0, 0, 0, 15), ==, FRAME_MALFORMED);
}

/* What the server tells of the largest group. */
static void test_group_commits(void)
{
        static char *members[WIRE_GROUP_MEMBERS_MAX + 1];
        static Wire__StoredCommit commits[WIRE_BATCH_MAX + 1], *list[WIRE_BATCH_MAX + 1];
        static uint8_t data[WIRE_FRAME_MAX];
        static const struct {
                size_t members, commits;
                uint64_t last_epoch;
                int result;
        } cases[] = {
                {WIRE_GROUP_MEMBERS_MAX, WIRE_BATCH_MAX, 4, 0},
                {0, 0, 0, 0},
                {WIRE_GROUP_MEMBERS_MAX + 1, 0, 0, FRAME_MALFORMED},
                {0, WIRE_BATCH_MAX + 1, 4, FRAME_MALFORMED},
                {1, 2, 2, FRAME_MALFORMED}, /* before the one in front of it */
                {1, 2, 5, FRAME_MALFORMED}, /* for an epoch that is not over */
        };

        for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
                members[i] = (char *)"bob";
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                Wire__ServerFrame frame = WIRE__SERVER_FRAME__INIT, *decoded = NULL;
                Wire__GroupCommits answer = WIRE__GROUP_COMMITS__INIT;

                for (size_t k = 0; k < G_N_ELEMENTS(commits); k++) {
                        commits[k] = (Wire__StoredCommit)WIRE__STORED_COMMIT__INIT;
                        commits[k].epoch = k + 1 == cases[i].commits ? cases[i].last_epoch : 3;
                        commits[k].id = (ProtobufCBinaryData){16, bytes_of_any_size};
                        commits[k].sender = (char *)"bob";
                        commits[k].payload = (ProtobufCBinaryData){1024, bytes_of_any_size};
                        list[k] = &commits[k];
                }
                answer.epoch = 5;
                answer.members = members;
                answer.n_members = cases[i].members;
                answer.commits = list;
                answer.n_commits = cases[i].commits;
                frame.request = 1;
                frame.body_case = WIRE__SERVER_FRAME__BODY_GROUP_COMMITS;
                frame.group_commits = &answer;
                g_assert_cmpint(frame_size_server(&frame), <=, (ssize_t)sizeof(data));
                frame_encode_server(&frame, data);
                g_assert_cmpint(frame_decode_server(data, (size_t)frame_size_server(&frame), &decoded, NULL), ==,
                                cases[i].result);
                frame_free_server(decoded);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/frame/send-limits", test_send_limits);
        g_test_add_func("/frame/hello", test_hello);
        g_test_add_func("/frame/unsupported", test_unsupported);
        g_test_add_func("/frame/too-large", test_too_large);
        g_test_add_func("/frame/too-many-fields", test_too_many_fields);
        g_test_add_func("/frame/deliver-order", test_deliver_order);
        g_test_add_func("/frame/group-limits", test_group_limits);
        g_test_add_func("/frame/group-commits", test_group_commits);
        return g_test_run();
}
