/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contents: texts, what a later version may send, and padding. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "e2ee/content.h"
#include "e2ee/content.pb-c.h"
#include "e2ee/padding.h"
#include "e2ee/peer.h"
#include "e2ee/utf8.h"

static Content text_content(const char *text, size_t size)
{
        return (Content){
                .kind = CONTENT_TEXT,
                .message_id = {"sixteen bytes id"},
                .sent_ms = UINT64_C(1700000000123),
                .text = (char *)text,
                .text_size = size,
        };
}

static void test_text(void)
{
        static const char *const texts[] = {"", "hello", "gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x94\x91"};

        for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
                Content content = text_content(texts[i], strlen(texts[i])), decoded;
                uint8_t *data;
                size_t size;

                g_assert_cmpint(content_encode(&content, &data, &size), ==, 0);
                g_assert_cmpint(content_decode(data, size, &decoded), ==, 0);
                g_assert_cmpint(decoded.kind, ==, CONTENT_TEXT);
                g_assert_cmpmem(decoded.message_id.bytes, 16, content.message_id.bytes, 16);
                g_assert_cmpuint(decoded.sent_ms, ==, content.sent_ms);
                g_assert_cmpstr(decoded.text, ==, texts[i]);
                g_assert_cmpuint(decoded.text_size, ==, strlen(texts[i]));
                content_deinit(&decoded);
                g_assert_null(decoded.text);
                free(data);
        }
}

static void test_longest(void)
{
        g_autofree char *text = g_malloc(CONTENT_TEXT_MAX + 1);
        Content content = text_content(text, CONTENT_TEXT_MAX), decoded;
        uint8_t *data;
        size_t size;

        memset(text, 'x', CONTENT_TEXT_MAX + 1);
        g_assert_cmpint(content_encode(&content, &data, &size), ==, 0);
        g_assert_cmpuint(size, <=, CONTENT_ENCODED_MAX);
        g_assert_cmpuint(size, <=, PEER_PLAINTEXT_MAX);
        g_assert_cmpint(content_decode(data, size, &decoded), ==, 0);
        g_assert_cmpuint(decoded.text_size, ==, CONTENT_TEXT_MAX);
        content_deinit(&decoded);
        free(data);
        content.text_size++;
        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_TOO_LONG);
}

static void test_not_utf8(void)
{
        Content content = text_content("\xff", 1);
        uint8_t *data;
        size_t size;

        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_NOT_UTF8);
        content = text_content("a\0b", 3);
        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_NOT_UTF8);
}

static void test_session_reset(void)
{
        Content content = {.kind = CONTENT_SESSION_RESET, .message_id = {"sixteen bytes id"}, .sent_ms = 5},
                decoded;
        uint8_t *data;
        size_t size;

        g_assert_cmpint(content_encode(&content, &data, &size), ==, 0);
        g_assert_cmpint(content_decode(data, size, &decoded), ==, 0);
        g_assert_cmpint(decoded.kind, ==, CONTENT_SESSION_RESET);
        g_assert_cmpuint(decoded.sent_ms, ==, 5);
        g_assert_false(decoded.renewal);
        content_deinit(&decoded);
        free(data);

        content.renewal = true;
        g_assert_cmpint(content_encode(&content, &data, &size), ==, 0);
        g_assert_cmpint(content_decode(data, size, &decoded), ==, 0);
        g_assert_cmpint(decoded.kind, ==, CONTENT_SESSION_RESET);
        g_assert_true(decoded.renewal);
        content_deinit(&decoded);
        free(data);
}

static int decode_with(const char *rest, size_t rest_size, Content *out);

/* ---- Every other kind: what goes in comes out ---- */

static Content of_kind(ContentKind kind)
{
        return (Content){.kind = kind,
                         .message_id = {"sixteen bytes id"},
                         .sent_ms = 9,
                         .target = {"the target's id."}};
}

static void assert_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
        g_assert_cmpuint(a_size, ==, b_size);
        g_assert_true(memcmp(a, b, a_size) == 0);
}

static void round_trip(const Content *content, Content *out)
{
        uint8_t *data, *again;
        size_t size, again_size;

        g_assert_cmpint(content_encode(content, &data, &size), ==, 0);
        g_assert_cmpint(content_decode(data, size, out), ==, 0);
        g_assert_cmpint(out->kind, ==, content->kind);
        g_assert_cmpmem(out->message_id.bytes, 16, content->message_id.bytes, 16);
        g_assert_cmpuint(out->sent_ms, ==, content->sent_ms);
        g_assert_cmpint(content_encode(out, &again, &again_size), ==, 0);
        assert_bytes(again, again_size, data, size);
        free(again);
        free(data);
}

static void test_beside(void)
{
        Content content = text_content("hi", 2), decoded;

        content.has_reply_to = true;
        content.reply_to = (ContentMessageId){"the other one's."};
        content.expires_after_s = 3600;
        round_trip(&content, &decoded);
        g_assert_true(decoded.has_reply_to);
        g_assert_cmpmem(decoded.reply_to.bytes, 16, "the other one's.", 16);
        g_assert_cmpuint(decoded.expires_after_s, ==, 3600);
        content_deinit(&decoded);
}

static void test_receipt(void)
{
        static ContentMessageId ids[CONTENT_RECEIPT_MAX];
        Content content = of_kind(CONTENT_RECEIPT), decoded;
        uint8_t *data;
        size_t size;

        for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
                memset(ids[i].bytes, (int)i, sizeof(ids[i].bytes));
        content.receipt = CONTENT_READ;
        content.receipt_ids = ids;
        content.receipt_count = G_N_ELEMENTS(ids);
        round_trip(&content, &decoded);
        g_assert_cmpint(decoded.receipt, ==, CONTENT_READ);
        assert_bytes(decoded.receipt_ids, decoded.receipt_count * sizeof(*ids), ids, sizeof(ids));
        content_deinit(&decoded);
        content.receipt_count++;
        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_TOO_LONG);
        g_assert_cmpint(decode_with("\x92\x01\x02\x08\x01", 5, &decoded), ==, CONTENT_MALFORMED); /* of nothing */
        g_assert_cmpint(decode_with("\x92\x01\x04\x12\x02id", 7, &decoded), ==, CONTENT_MALFORMED);
}

static void test_about_a_message(void)
{
        Content content = of_kind(CONTENT_EDIT), decoded;

        content.text = (char *)"better";
        content.text_size = 6;
        round_trip(&content, &decoded);
        g_assert_cmpmem(decoded.target.bytes, 16, content.target.bytes, 16);
        g_assert_cmpstr(decoded.text, ==, "better");
        content_deinit(&decoded);

        content = of_kind(CONTENT_DELETION);
        round_trip(&content, &decoded);
        g_assert_cmpmem(decoded.target.bytes, 16, content.target.bytes, 16);
        content_deinit(&decoded);

        content = of_kind(CONTENT_REACTION);
        strcpy(content.reaction, "\xf0\x9f\x91\x8d");
        round_trip(&content, &decoded);
        g_assert_cmpmem(decoded.target.bytes, 16, content.target.bytes, 16);
        g_assert_cmpstr(decoded.reaction, ==, content.reaction);
        content_deinit(&decoded);
        g_assert_cmpint(decode_with("\xa2\x01\x04\x0a\x02id", 7, &decoded), ==, CONTENT_MALFORMED);
        g_assert_cmpint(decode_with("\xaa\x01\x00", 3, &decoded), ==, CONTENT_MALFORMED);
        g_assert_cmpint(decode_with("\xb2\x01\x00", 3, &decoded), ==, CONTENT_MALFORMED);
}

static void test_attachment(void)
{
        static uint8_t thumbnail[CONTENT_THUMBNAIL_MAX] = {0xff, 0xd8};
        static char caption[CONTENT_CAPTION_MAX];
        ContentAttachment attachment = {.blob_id = "the blob's ID..", .size = UINT64_C(1) << 40, .width = 7};
        Content content = of_kind(CONTENT_ATTACHMENT), decoded;
        uint8_t *data;
        size_t size;

        memset(attachment.name, 'n', CONTENT_FILE_NAME_MAX);
        strcpy(attachment.media_type, "image/png");
        attachment.thumbnail = thumbnail;
        attachment.thumbnail_size = sizeof(thumbnail);
        memset(caption, 'c', sizeof(caption));
        content.attachment = &attachment;
        content.text = caption;
        content.text_size = sizeof(caption);
        round_trip(&content, &decoded);
        g_assert_cmpstr(decoded.attachment->name, ==, attachment.name);
        g_assert_cmpstr(decoded.attachment->media_type, ==, "image/png");
        assert_bytes(decoded.attachment->thumbnail, decoded.attachment->thumbnail_size, thumbnail,
                     sizeof(thumbnail));
        g_assert_cmpuint(decoded.attachment->size, ==, UINT64_C(1) << 40);
        g_assert_cmpuint(decoded.text_size, ==, CONTENT_CAPTION_MAX);
        content_deinit(&decoded);
        attachment.thumbnail_size++;
        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_TOO_LONG);
        attachment.thumbnail_size = 0;
        strcpy(attachment.media_type, "image\n");
        g_assert_cmpint(content_encode(&content, &data, &size), ==, 0);
        g_assert_cmpint(content_decode(data, size, &decoded), ==, CONTENT_MALFORMED);
        free(data);
        g_assert_cmpint(decode_with("\xba\x01\x00", 3, &decoded), ==, CONTENT_MALFORMED);
}

static void test_group_info(void)
{
        Content content = of_kind(CONTENT_GROUP_INFO), decoded;
        uint8_t info[300];
        uint8_t *data;
        size_t size;

        memset(content.group, 9, sizeof(content.group));
        round_trip(&content, &decoded);
        g_assert_cmpmem(decoded.group, sizeof(decoded.group), content.group, sizeof(content.group));
        g_assert_null(decoded.group_info);
        content_deinit(&decoded);

        memset(info, 7, sizeof(info));
        content.group_info = info;
        content.group_info_size = sizeof(info);
        round_trip(&content, &decoded);
        g_assert_cmpuint(decoded.group_info_size, ==, sizeof(info));
        g_assert_true(memcmp(decoded.group_info, info, sizeof(info)) == 0);
        content_deinit(&decoded);

        content.group_info_size = CONTENT_GROUP_INFO_MAX + 1;
        g_assert_cmpint(content_encode(&content, &data, &size), ==, CONTENT_TOO_LONG);
        g_assert_cmpint(decode_with("\xd2\x01\x03\x0a\x01x", 6, &decoded), ==, CONTENT_MALFORMED);
}

static void test_small_ones(void)
{
        static const ContentKind kinds[] = {CONTENT_TYPING, CONTENT_VERIFICATION, CONTENT_TIMER_CHANGE,
                                            CONTENT_PRESENCE_TICKET, CONTENT_ACCOUNT_DELETED};

        for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
                Content content = of_kind(kinds[i]), decoded;

                content.typing = true;
                content.verification = (ContentVerification){.step = CONTENT_VERIFICATION_REVEAL, .data = {7}};
                content.expires_after_s = 60;
                content.has_ticket = true;
                content.ticket[3] = 5;
                round_trip(&content, &decoded);
                g_assert_cmpint(decoded.typing, ==, kinds[i] == CONTENT_TYPING);
                g_assert_cmpuint(decoded.verification.data[0], ==, kinds[i] == CONTENT_VERIFICATION ? 7 : 0);
                g_assert_cmpuint(decoded.expires_after_s, ==, kinds[i] == CONTENT_TIMER_CHANGE ? 60 : 0);
                g_assert_cmpuint(decoded.ticket[3], ==, kinds[i] == CONTENT_PRESENCE_TICKET ? 5 : 0);
                content_deinit(&decoded);
        }
}

/* message_id and sent_ms as in content.proto, then bytes of the test's own. */
static int decode_with(const char *rest, size_t rest_size, Content *out)
{
        static const char head[] = "\x0a\x10sixteen bytes id\x10\x07";
        g_autofree char *data = g_malloc(sizeof(head) - 1 + rest_size);

        memcpy(data, head, sizeof(head) - 1);
        memcpy(data + sizeof(head) - 1, rest, rest_size);
        return content_decode((const uint8_t *)data, sizeof(head) - 1 + rest_size, out);
}

static void assert_unknown(const char *rest, size_t rest_size)
{
        Content content;

        g_assert_cmpint(decode_with(rest, rest_size, &content), ==, 0);
        g_assert_cmpint(content.kind, ==, CONTENT_UNKNOWN);
        g_assert_cmpmem(content.message_id.bytes, 16, "sixteen bytes id", 16);
        g_assert_cmpuint(content.sent_ms, ==, 7);
        g_assert_null(content.text);
        content_deinit(&content);
}

static void test_of_later_versions(void)
{
        Content content;

        assert_unknown("", 0);
        assert_unknown("\xfa\x01\x02hi", 5);                 /* body 31 */
        assert_unknown("\xba\x3e\x00", 3);                   /* body 999 */
        assert_unknown("\x18\x03\x82\x01\x04\x0a\x02hi", 9); /* a text that needs version 3 */
        g_assert_cmpint(decode_with("\x48\x01\xfa\x01\x02hi", 7, &content), ==, 0);
        g_assert_cmpint(content.kind, ==, CONTENT_UNKNOWN);
        g_assert_true(content.ignorable);
        /* What may be ignored is: field 7 beside a text. */
        g_assert_cmpint(decode_with("\x38\x05\x82\x01\x04\x0a\x02hi", 9, &content), ==, 0);
        g_assert_cmpint(content.kind, ==, CONTENT_TEXT);
        g_assert_cmpstr(content.text, ==, "hi");
        content_deinit(&content);
        /* And so is a field inside of the text. */
        g_assert_cmpint(decode_with("\x82\x01\x06\x0a\x02hi\x10\x01", 9, &content), ==, 0);
        g_assert_cmpstr(content.text, ==, "hi");
        content_deinit(&content);
}

static void test_malformed(void)
{
        static const char short_id[] = "\x0a\x02id\x10\x07\x82\x01\x04\x0a\x02hi";
        g_autofree uint8_t *large = g_malloc0(CONTENT_ENCODED_MAX + 1);
        Content content;

        g_assert_cmpint(content_decode((const uint8_t *)"", 0, &content), ==, CONTENT_MALFORMED);
        g_assert_cmpint(content_decode((const uint8_t *)short_id, sizeof(short_id) - 1, &content), ==,
                        CONTENT_MALFORMED);
        g_assert_cmpint(decode_with("\x82\x01\x04\x0a\x02h", 6, &content), ==, CONTENT_MALFORMED);
        g_assert_cmpint(decode_with("\x82\x01\x04\x0a\x02h\xff", 7, &content), ==, CONTENT_MALFORMED);
        g_assert_cmpint(decode_with("\x82\x01\x04\x0a\x02h\0", 7, &content), ==, CONTENT_MALFORMED);
        g_assert_cmpint(content_decode(large, CONTENT_ENCODED_MAX + 1, &content), ==, CONTENT_MALFORMED);
        g_assert_null(content.text);
}

static void test_too_long_text(void)
{
        g_autofree uint8_t *text = g_malloc0(CONTENT_TEXT_MAX + 1);
        E2ee__Content message = E2EE__CONTENT__INIT;
        E2ee__Text body = E2EE__TEXT__INIT;
        g_autofree uint8_t *data = NULL;
        Content content;
        size_t size;

        memset(text, 'x', CONTENT_TEXT_MAX + 1);
        message.message_id = (ProtobufCBinaryData){16, (uint8_t *)"sixteen bytes id"};
        message.body_case = E2EE__CONTENT__BODY_TEXT;
        message.text = &body;
        body.utf8 = (ProtobufCBinaryData){CONTENT_TEXT_MAX + 1, text};
        size = e2ee__content__get_packed_size(&message);
        data = g_malloc(size);
        e2ee__content__pack(&message, data);
        g_assert_cmpuint(size, <=, CONTENT_ENCODED_MAX);
        g_assert_cmpint(content_decode(data, size, &content), ==, CONTENT_MALFORMED);
}

static bool is_text(const char *bytes)
{
        return utf8_is_text((const uint8_t *)bytes, strlen(bytes));
}

static void test_utf8(void)
{
        static const char *const good[] = {"a",
                                           "\x7f",
                                           "\xc2\x80",
                                           "\xdf\xbf",
                                           "\xe0\xa0\x80",
                                           "\xed\x9f\xbf",
                                           "\xee\x80\x80",
                                           "\xef\xbf\xbf",
                                           "\xf0\x90\x80\x80",
                                           "\xf4\x8f\xbf\xbf"};
        static const char *const bad[] = {"\x80",
                                          "\xbf",
                                          "\xc0\x80",
                                          "\xc1\xbf",
                                          "\xc2",
                                          "\xc2x",
                                          "\xe0\x9f\xbf",
                                          "\xed\xa0\x80",
                                          "\xed\xbf\xbf",
                                          "\xe1\x80",
                                          "\xf0\x8f\xbf\xbf",
                                          "\xf4\x90\x80\x80",
                                          "\xf5\x80\x80\x80",
                                          "\xff",
                                          "\xf1\x80\x80",
                                          "\xc2\x80\x80"};

        for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(is_text(good[i]));
        for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(is_text(bad[i]));
        g_assert_true(utf8_is_text(NULL, 0));
        g_assert_false(utf8_is_text((const uint8_t *)"a\0", 2));
}

/* Every character there is, against GLib's opinion. */
static void test_utf8_all(void)
{
        for (uint32_t character = 1; character < 0x120000; character++) {
                char bytes[6];
                int size = g_unichar_to_utf8(character, bytes);

                g_assert_cmpint(utf8_is_text((const uint8_t *)bytes, (size_t)size), ==,
                                g_utf8_validate_len(bytes, (size_t)size, NULL));
        }
}

static void test_padding(void)
{
        static uint8_t data[PADDING_MAX];
        size_t before = 0, result;

        for (size_t size = 0; size < PADDING_MAX; size += size < 2000 ? 1 : 97) {
                size_t padded = padded_size(size);

                g_assert_cmpuint(padded, >, size);
                g_assert_cmpuint(padded, >=, before);
                g_assert_true(padded == PADDING_MIN || padded < 2 * size);
                g_assert_true(padding_is_bucket(padded));
                before = padded;
                memset(data, 0x80, size);
                padding_add(data, size, padded);
                g_assert_cmpint(padding_remove(data, padded, &result), ==, 0);
                g_assert_cmpuint(result, ==, size);
        }
        g_assert_cmpuint(padded_size(PEER_PLAINTEXT_MAX), ==, PADDING_MAX);
        g_assert_cmpuint(padded_size(PADDING_MAX), ==, 0);
        g_assert_cmpuint(padded_size(SIZE_MAX), ==, 0);
        g_assert_false(padding_is_bucket(0));
        g_assert_false(padding_is_bucket(257));
        g_assert_false(padding_is_bucket(SIZE_MAX));

        memset(data, 0, sizeof(data));
        g_assert_cmpint(padding_remove(data, 256, &result), ==, PADDING_BAD); /* no mark */
        data[255] = 1;
        g_assert_cmpint(padding_remove(data, 256, &result), ==, PADDING_BAD); /* another mark */
        data[255] = 0;
        data[10] = 0x80;
        g_assert_cmpint(padding_remove(data, 512, &result), ==, PADDING_BAD); /* fits a smaller bucket */
        g_assert_cmpint(padding_remove(data, 256, &result), ==, 0);
        g_assert_cmpuint(result, ==, 10);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/e2ee/content/text", test_text);
        g_test_add_func("/e2ee/content/longest", test_longest);
        g_test_add_func("/e2ee/content/not-utf8", test_not_utf8);
        g_test_add_func("/e2ee/content/session-reset", test_session_reset);
        g_test_add_func("/e2ee/content/beside", test_beside);
        g_test_add_func("/e2ee/content/receipt", test_receipt);
        g_test_add_func("/e2ee/content/about-a-message", test_about_a_message);
        g_test_add_func("/e2ee/content/attachment", test_attachment);
        g_test_add_func("/e2ee/content/small-ones", test_small_ones);
        g_test_add_func("/e2ee/content/group-info", test_group_info);
        g_test_add_func("/e2ee/content/of-later-versions", test_of_later_versions);
        g_test_add_func("/e2ee/content/malformed", test_malformed);
        g_test_add_func("/e2ee/content/too-long-text", test_too_long_text);
        g_test_add_func("/e2ee/content/utf8", test_utf8);
        g_test_add_func("/e2ee/content/utf8-all", test_utf8_all);
        g_test_add_func("/e2ee/content/padding", test_padding);
        return g_test_run();
}
