/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "daemon/search-query.h"

static int append_token(void *userdata, const SearchToken *token)
{
        static const char *const marks[] = {[SEARCH_TOKEN_WORD] = "",
                                            [SEARCH_TOKEN_PART] = "+",
                                            [SEARCH_TOKEN_PAIR] = "=",
                                            [SEARCH_TOKEN_LAST] = "."};

        g_assert_cmpuint(strlen(token->word), ==, token->size);
        g_assert_cmpuint(token->begin, <, token->end);
        g_string_append_printf(userdata, "%s%s ", marks[token->kind], token->word);
        return 0;
}

static void assert_words(const char *text, const char *expected)
{
        g_autoptr(GString) found = g_string_new(NULL);

        search_text_each(text, strlen(text), append_token, found);
        if (found->len > 0)
                g_string_truncate(found, found->len - 1);
        g_assert_cmpstr(found->str, ==, expected);
}

static void test_words(void)
{
        assert_words("", "");
        assert_words(" \t\n--...!", "");
        assert_words("Hello, World! don't e-mail x_y", "hello world don t e mail x y");
        assert_words("Straße CAFÉ ÉTÉ e\u0301te\u0301 Łódź Søren ĲSSELMEER ﬁn ℌ",
                     "strasse cafe ete ete lodz soren ijsselmeer fin h");
        assert_words("ΟΔΥΣΣΕΎΣ οδυσσεύς", "οδυσσευσ οδυσσευσ");
        assert_words("İstanbul ISTANBUL ısı", "istanbul istanbul isi");
        assert_words("Ёлка йод", "елка иод");
        assert_words("3,14 x² ٣١ ۳۱ ३१ 𝟙", "3 14 x2 31 31 31 1");
        assert_words("soft\u00adhyphen left\u200e-to-\u202eright\u202c \ufefffirst",
                     "softhyphen left to right first");
        assert_words("हिन्दी", "हिनदी");
}

static void test_persian(void)
{
        /* Arabic and Persian yeh and kaf, alef maksura, presentation forms. */
        assert_words("كتابي کتابی ﻛﺘﺎﺑﻲ", "کتابی کتابی کتابی");
        assert_words("موسى موسی مسألة مسئله خانۀ خانهٔ", "موسی موسی مساله مسیله خانه خانه");
        assert_words("ســلام سَلامٌ سلام", "سلام سلام سلام");
        assert_words("آب أب إب ٱب اب", "اب اب اب اب اب");
        assert_words("می\u200cخواهم", "میخواهم +می +خواهم");
        assert_words("\u200cمی\u200c\u200cروم\u200c", "میروم +می +روم");
        assert_words("کتاب\u200cهای\u200cمان ۱۴۰۳", "کتابهایمان +کتاب +های +مان 1403");
}

static void test_dense(void)
{
        assert_words("東京都", "=東京 =京都 .都");
        assert_words("手", ".手");
        assert_words("iPhone手机3", "iphone =手机 .机 3");
        assert_words("ガギ が ｶﾞｷﾞ か\u3099き\u3099", "=ガギ .ギ .が =ガギ .ギ =がぎ .ぎ");
        assert_words("コーヒー", "=コー =ーヒ =ヒー .ー");
        assert_words("한국은 \u1112\u1161\u11ab\u1100\u116e\u11a8", "=한국 =국은 .은 =한국 .국");
        assert_words("ไม่", "=ไม .ม"); /* a tone is an accent, a vowel sign is a letter */
        assert_words("ดี", "=ดี .ี");
        assert_words("👍🏽👩\u200d👧 ok❤\ufe0f", ".👍 .👩 .👧 ok .❤");
}

/* The beginning of a long word counts, and never half a letter. */
static void test_long_words(void)
{
        g_autofree char *many = g_strnfill(100000, 'a'), *first = g_strndup(many, SEARCH_WORD_MAX);
        g_autoptr(GString) wide = g_string_new("a"), joined = g_string_new(NULL);
        g_autofree char *wide_first = NULL;
        SearchQuery query;
        SearchMatch match;

        assert_words(many, first);
        for (int i = 0; i < 1000; i++)
                g_string_append(wide, "ж");
        wide_first = g_strndup(wide->str, SEARCH_WORD_MAX - 1);
        assert_words(wide->str, wide_first);
        for (int i = 0; i < 1000; i++)
                g_string_append(joined, "م\u200c");
        g_assert_true(search_query_parse(&query, "م"));
        g_assert_true(search_query_match(&query, joined->str, joined->len, &match));
}

static void assert_query(const char *words, const char *text, const char *expected)
{
        g_autoptr(GString) found = g_string_new(NULL);
        SearchQuery query;
        SearchMatch match;

        g_test_message("\"%s\" in \"%s\"", words, text);
        g_assert_true(search_query_parse(&query, words));
        if (!search_query_match(&query, text, strlen(text), &match)) {
                g_assert_null(expected);
                return;
        }
        for (size_t i = 0; i < match.n_ranges; i++) {
                g_assert_cmpuint(match.ranges[i].begin, <, match.ranges[i].end);
                g_string_append_c(found, '[');
                g_string_append_len(found, text + match.ranges[i].begin,
                                    (gssize)(match.ranges[i].end - match.ranges[i].begin));
                g_string_append_c(found, ']');
        }
        g_assert_cmpstr(found->str, ==, expected);
}

static void test_found(void)
{
        assert_query("mess", "The Messenger and a mess, a message", "[Messenger][mess][message]");
        assert_query("the cafe", "At the CAFÉ", "[the][CAFÉ]");
        assert_query("cafe the", "At the CAFÉ", "[the][CAFÉ]");
        assert_query("essenger", "The Messenger", NULL);
        assert_query("cafe tea", "At the CAFÉ", NULL);
        /* No syntax. */
        assert_query("\"a\" OR NEAR(b* c) AND -d ^e: {f}", "a or near b c and d e f",
                     "[a][or][near][b][c][and][d][e][f]");
        assert_query("12", "۱۲۳", "[۱۲۳]");
}

static void test_found_persian(void)
{
        static const char with[] = "من می\u200cخواهم بروم", without[] = "من میخواهم بروم",
                          apart[] = "من می خواهم بروم";

        assert_query("می\u200cخواهم", with, "[می\u200cخواهم]");
        assert_query("میخواهم", with, "[می\u200cخواهم]");
        assert_query("می خواهم", with, "[می\u200cخواهم]");
        assert_query("می\u200cخواهم", without, "[میخواهم]");
        assert_query("می\u200cخواهم", apart, "[می][خواهم]");
        assert_query("خواهم", with, "[خواهم]"); /* a part of a word */
        assert_query("مي خواهم", with, "[می\u200cخواهم]");
        assert_query("كتاب", "کتاب\u200cها", "[کتاب\u200cها]");
}

static void test_found_dense(void)
{
        assert_query("京都", "東京都庁と京都", "[京都][京都]");
        assert_query("都", "東京都庁", "[都]");
        assert_query("東京庁", "東京都庁", NULL);
        assert_query("東京 都庁", "都庁は東京に", "[都庁][東京]");
        /* All pairs are there, but not in line; and a beginning that repeats itself. */
        assert_query("上海市", "上海の海市", NULL);
        assert_query("一二一三", "一二一二一三", "[一二一三]");
        assert_query("一一二", "一一一二", "[一一二]");
        assert_query("국은", "한국은", "[국은]");
        assert_query("👍", "great 👍🏽!", "[👍]");
}

static void test_refused(void)
{
        g_autofree char *long_words = g_strnfill(SEARCH_QUERY_MAX + 1, 'a');
        g_autoptr(GString) many = g_string_new(NULL), parts = g_string_new(NULL);
        SearchQuery query;

        g_assert_false(search_query_parse(&query, ""));
        g_assert_false(search_query_parse(&query, " -- \" * \u200c"));
        g_assert_false(search_query_parse(&query, long_words));
        for (int i = 0; i < SEARCH_TERMS_MAX; i++)
                g_string_append_printf(many, "w%d ", i);
        g_assert_true(search_query_parse(&query, many->str));
        g_string_append(many, "one");
        g_assert_false(search_query_parse(&query, many->str));
        for (int i = 0; i < SEARCH_KEYS_MAX + 2; i++)
                g_string_append(parts, "東");
        g_assert_false(search_query_parse(&query, parts->str));
}

static void test_snippet(void)
{
        g_autofree char *before = g_strnfill(300, 'x'), *after = g_strnfill(300, 'y');
        g_autofree char *text = g_strdup_printf("%s é needle needle %s", before, after), *snippet = NULL,
                        *whole = NULL;
        SearchMatch match, characters;
        SearchQuery query;

        g_assert_true(search_query_parse(&query, "needle"));
        g_assert_true(search_query_match(&query, text, strlen(text), &match));
        snippet = search_snippet(text, strlen(text), &match, &characters);
        g_assert_true(g_utf8_validate(snippet, -1, NULL));
        g_assert_cmpint(g_utf8_strlen(snippet, -1), ==, SEARCH_SNIPPET_MAX + 2);
        g_assert_cmpuint(characters.n_ranges, ==, 2);
        for (size_t i = 0; i < 2; i++)
                g_assert_cmpint(strncmp(g_utf8_offset_to_pointer(snippet, (glong)characters.ranges[i].begin),
                                        "needle", 6),
                                ==, 0);
        g_assert_cmpuint(characters.ranges[0].end - characters.ranges[0].begin, ==, 6);

        g_assert_true(search_query_match(&query, "a Needle", 8, &match));
        whole = search_snippet("a Needle", 8, &match, &characters);
        g_assert_cmpstr(whole, ==, "a Needle");
        g_assert_cmpuint(characters.ranges[0].begin, ==, 2);
        g_assert_cmpuint(characters.ranges[0].end, ==, 8);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/search-text/words", test_words);
        g_test_add_func("/search-text/persian", test_persian);
        g_test_add_func("/search-text/dense", test_dense);
        g_test_add_func("/search-text/long-words", test_long_words);
        g_test_add_func("/search-text/found", test_found);
        g_test_add_func("/search-text/found-persian", test_found_persian);
        g_test_add_func("/search-text/found-dense", test_found_dense);
        g_test_add_func("/search-text/refused", test_refused);
        g_test_add_func("/search-text/snippet", test_snippet);
        return g_test_run();
}
