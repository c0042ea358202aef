/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs published MLS vectors through libe2ee: `mls-vectors FILE...` prints for each kind of vector how many
 * passed, failed and were skipped because they are of another cipher suite. Fails if anything failed, if a
 * file cannot be read, and if it holds what is none of the known kinds.
 */
#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "tests/vectors/mls-vectors.h"

static const VectorKind *const kinds[] = {
                &vector_tree_math,       &vector_deserialization,
                &vector_crypto_basics,   &vector_key_schedule,
                &vector_psk_secret,      &vector_transcript,
                &vector_secret_tree,     &vector_message_protection,
                &vector_welcome,         &vector_tree_operations,
                &vector_tree_validation, &vector_treekem,
                &vector_messages,        &vector_passive,
};

typedef struct Tally {
        unsigned passed, failed, skipped;
} Tally;

static Tally tallies[G_N_ELEMENTS(kinds)];

static bool is_of(JsonObject *test, const VectorKind *kind)
{
        for (size_t i = 0; i < G_N_ELEMENTS(kind->members) && kind->members[i]; i++) {
                if (!json_object_has_member(test, kind->members[i]))
                        return false;
        }
        return true;
}

static bool is_our_suite(JsonObject *test, const VectorKind *kind)
{
        uint64_t suite = vector_number(test, "cipher_suite");

        return suite == UINT64_MAX || suite == MLS_CIPHER_SUITE || (kind->of_suite_1 && suite == 1);
}

static bool run_case(const char *path, guint number, JsonNode *node)
{
        JsonObject *test = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

        for (size_t i = 0; test && i < G_N_ELEMENTS(kinds); i++) {
                if (!is_of(test, kinds[i]))
                        continue;
                if (!is_our_suite(test, kinds[i])) {
                        tallies[i].skipped++;
                } else if (kinds[i]->run(test)) {
                        tallies[i].passed++;
                } else {
                        fprintf(stderr, "%s: case %u of kind %s failed\n", path, number, kinds[i]->name);
                        tallies[i].failed++;
                }
                return true;
        }
        fprintf(stderr, "%s: case %u is of no kind that is known\n", path, number);
        return false;
}

static bool run_file(const char *path)
{
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(GError) error = NULL;
        JsonNode *root;
        JsonArray *tests;
        bool known = true;

        if (!json_parser_load_from_file(parser, path, &error)) {
                fprintf(stderr, "%s: %s\n", path, error->message);
                return false;
        }
        root = json_parser_get_root(parser);
        if (!root || !JSON_NODE_HOLDS_ARRAY(root))
                return root && run_case(path, 0, root);
        tests = json_node_get_array(root);
        for (guint i = 0; i < json_array_get_length(tests); i++)
                known &= run_case(path, i, json_array_get_element(tests, i));
        return known;
}

int main(int argc, char **argv)
{
        bool good = true;

        if (argc < 2) {
                fprintf(stderr, "usage: mls-vectors FILE...\n");
                return 2;
        }
        if (sodium_init() < 0)
                return EXIT_FAILURE;
        for (int i = 1; i < argc; i++)
                good &= run_file(argv[i]);
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
                const Tally *tally = &tallies[i];

                if (tally->passed + tally->failed + tally->skipped > 0)
                        printf("%s: %u passed, %u failed, %u skipped\n", kinds[i]->name, tally->passed,
                               tally->failed, tally->skipped);
                good &= tally->failed == 0;
        }
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
