/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A member of a group with a program of their own, who goes past the rules, straight to MLS. A line protocol
 * as interop-peer's: bytes are hexadecimal, an answer is "ok" with its words, or "refused" with libe2ee's
 * code.
 *
 *     package NAME DEVICE    a key package of this account
 *     join WELCOME           into a group: its epoch
 *     remove NAME            a commit that removes somebody, whoever may do that; the group stays as it is
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "e2ee/group-rules.h"
#include "e2ee/group-session.h"

enum { WORDS_MAX = 3, BYTES_MAX = 256 * 1024 };

typedef struct Here {
        E2eeContext context;
        Identity identity;
        GroupSelf self;
        GroupPackage package;
        GroupSession *session;
} Here;

static void fill(void *userdata, uint8_t *out, size_t size)
{
        randombytes_buf(out, size);
}

static void print_hex(MlsSlice bytes)
{
        fputs(bytes.size > 0 ? " " : " -", stdout);
        for (size_t i = 0; i < bytes.size; i++)
                printf("%02x", bytes.data[i]);
}

static int answer_package(Here *here, char **words)
{
        int r;

        snprintf(here->self.address.name, sizeof(here->self.address.name), "%s", words[1]);
        here->self.address.device_id = (uint32_t)strtoul(words[2], NULL, 10);
        r = group_package_make(&here->self, GROUP_PACKAGE_ONE_TIME, &here->context, &here->package);
        if (r != 0)
                return r;
        printf("ok");
        print_hex(mls_slice_of(&here->package.public_part));
        return 0;
}

static int find_package(void *userdata, const GroupReference *reference, MlsBuffer *secret_part)
{
        const Here *here = userdata;

        if (memcmp(reference, &here->package.reference, sizeof(*reference)) != 0)
                return 1;
        return mls_buffer_init(secret_part, mls_slice_of(&here->package.secret_part));
}

static int answer_join(Here *here, char **words)
{
        static uint8_t welcome[BYTES_MAX];
        const GroupPackageSource packages = {.find = find_package, .userdata = here};
        GroupJoined joined;
        size_t size = 0;
        int r;

        if (sodium_hex2bin(welcome, sizeof(welcome), words[1], strlen(words[1]), NULL, &size, NULL) != 0)
                return MLS_MALFORMED;
        r = group_session_join(&here->self, mls_slice(welcome, size), &packages, &here->context,
                               &here->session, &joined);
        if (r == 0)
                printf("ok %llu", (unsigned long long)group_session_epoch(here->session));
        return r;
}

static int answer_remove(Here *here, char **words)
{
        const MlsPolicy lax = {.extension_types = group_extension_types()};
        MlsProposal remove = {.type = MLS_PROPOSAL_REMOVE};
        MlsCommitResult result;
        GroupMember member;
        int r;

        if (!here->session || !group_session_find_member(here->session, words[1], &member))
                return GROUP_UNKNOWN_MEMBER;
        remove.removed = member.leaf;
        r = mls_group_commit(here->session->mls,
                             &(MlsCommitOptions){.proposals = &remove, .proposal_count = 1}, &lax,
                             &here->context, &result);
        if (r != 0)
                return r;
        mls_group_drop_commit(here->session->mls);
        printf("ok");
        print_hex(mls_slice_of(&result.commit));
        mls_commit_result_deinit(&result);
        return 0;
}

static int answer(Here *here, char **words)
{
        here->context.now_ms = (uint64_t)time(NULL) * 1000;
        if (strcmp(words[0], "package") == 0 && words[1] && words[2])
                return answer_package(here, words);
        if (strcmp(words[0], "join") == 0 && words[1])
                return answer_join(here, words);
        if (strcmp(words[0], "remove") == 0 && words[1])
                return answer_remove(here, words);
        fprintf(stderr, "group-insider: not understood: %s\n", words[0]);
        exit(2);
}

int main(void)
{
        static Here here;
        char *line = NULL;
        size_t size = 0;

        if (sodium_init() < 0)
                return 1;
        here.context.fill = fill;
        here.self.identity = &here.identity;
        identity_generate(&here.identity, &here.context);
        while (getline(&line, &size, stdin) > 0) {
                char *words[WORDS_MAX + 1] = {strtok(line, " \n")};
                int r;

                for (size_t i = 1; i < WORDS_MAX && words[i - 1]; i++)
                        words[i] = strtok(NULL, " \n");
                if (!words[0])
                        continue;
                r = answer(&here, words);
                if (r != 0)
                        printf("refused %d", r);
                putchar('\n');
                fflush(stdout);
        }
        group_session_free(here.session);
        group_package_deinit(&here.package);
        free(line);
        return 0;
}
