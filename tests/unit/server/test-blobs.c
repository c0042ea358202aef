/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "server/blobs.h"

typedef struct Fixture {
        char *folder;
        BlobLimits limits;
        Metrics *metrics;
        Blobs *blobs;
        Inbox inbox;
        pthread_mutex_t lock;
        pthread_cond_t changed;
        gboolean woken;
        guint returned;
} Fixture;

static void wake(void *owner)
{
        Fixture *fixture = owner;

        pthread_mutex_lock(&fixture->lock);
        fixture->woken = TRUE;
        pthread_cond_signal(&fixture->changed);
        pthread_mutex_unlock(&fixture->lock);
}

static void open_blobs(Fixture *fixture)
{
        fixture->blobs = blobs_close(fixture->blobs);
        g_clear_pointer(&fixture->metrics, g_free);
        fixture->metrics = g_malloc0(sizeof(Metrics) + 64);
        g_assert_cmpint(blobs_open(fixture->folder, &fixture->limits, fixture->metrics, &fixture->blobs), ==, 0);
}

static void set_up(Fixture *fixture, const void *data)
{
        fixture->limits = (BlobLimits){.account_bytes = 100000, .retention_ms = 24 * 60 * 60 * 1000, .queue_max = 100};
        fixture->folder = g_dir_make_tmp("blobs-XXXXXX", NULL);
        pthread_mutex_init(&fixture->lock, NULL);
        pthread_cond_init(&fixture->changed, NULL);
        inbox_init(&fixture->inbox, wake, fixture);
        open_blobs(fixture);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
        return g_remove(path);
}

static void tear_down(Fixture *fixture, const void *data)
{
        blobs_close(fixture->blobs);
        nftw(fixture->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        g_free(fixture->folder);
        g_free(fixture->metrics);
        inbox_deinit(&fixture->inbox);
        pthread_mutex_destroy(&fixture->lock);
        pthread_cond_destroy(&fixture->changed);
}

static void done(BlobRequest *request)
{
        ((Fixture *)((char *)request->inbox - offsetof(Fixture, inbox)))->returned++;
}

static void submit(Fixture *fixture, BlobRequest *request, BlobOperation operation, const char *owner, char id)
{
        request->operation = operation;
        request->inbox = &fixture->inbox;
        request->done = done;
        g_strlcpy(request->owner, owner, sizeof(request->owner));
        memset(request->id, id, sizeof(request->id));
        g_assert_cmpint(blobs_submit(fixture->blobs, request), ==, 0);
}

static void wait_for(Fixture *fixture, guint count)
{
        guint until = count;

        while (fixture->returned < until) {
                pthread_mutex_lock(&fixture->lock);
                while (!fixture->woken)
                        pthread_cond_wait(&fixture->changed, &fixture->lock);
                fixture->woken = FALSE;
                pthread_mutex_unlock(&fixture->lock);
                inbox_run(&fixture->inbox);
        }
        fixture->returned = 0;
}

/* The result, or how much is stored. */
static int64_t put(Fixture *fixture, const char *owner, char id, uint64_t size, uint64_t offset, const char *text)
{
        BlobRequest request = {.size = size, .offset = offset, .data = (const uint8_t *)text, .data_size = strlen(text)};

        submit(fixture, &request, BLOB_PUT, owner, id);
        wait_for(fixture, 1);
        return request.result == 0 ? (int64_t)request.stored : request.result == BLOB_IN_CONFLICT ? -1000
                                                       : request.result == BLOB_OVER_QUOTA      ? -1001
                                                                                                : request.result;
}

enum { CONFLICT = -1000, QUOTA = -1001 };

static void assert_reads(Fixture *fixture, char id, const char *expected)
{
        BlobRequest request = {.length = 1000};

        submit(fixture, &request, BLOB_GET, "", id);
        wait_for(fixture, 1);
        if (!expected) {
                g_assert_cmpint(request.result, ==, BLOB_NOT_FOUND);
                g_assert_null(request.read);
                return;
        }
        g_assert_cmpint(request.result, ==, 0);
        g_assert_cmpmem(request.read, (int)request.data_size, expected, (int)strlen(expected));
        free(request.read);
}

static void delete(Fixture *fixture, BlobOperation operation, const char *owner, char id)
{
        BlobRequest request = {};

        submit(fixture, &request, operation, owner, id);
        wait_for(fixture, 1);
        g_assert_cmpint(request.result, ==, 0);
}

static char *path_of(const Fixture *fixture, char id)
{
        return g_strdup_printf("%s/blobs/%02x/%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x",
                               fixture->folder, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id);
}

static void until_gone(const Fixture *fixture, char id)
{
        g_autofree char *path = path_of(fixture, id);

        while (g_file_test(path, G_FILE_TEST_EXISTS))
                g_usleep(1000);
}

static void test_pieces(Fixture *fixture, const void *data)
{
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 0, ""), ==, 0);
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 3, "xyz"), ==, CONFLICT);
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 0, "0123"), ==, 4);
        assert_reads(fixture, 'a', NULL);
        open_blobs(fixture);
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 0, ""), ==, 4);
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 2, "23"), ==, 4); /* is there */
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 2, "234"), ==, CONFLICT);
        g_assert_cmpint(put(fixture, "bob", 'a', 11, 4, "4"), ==, CONFLICT);
        g_assert_cmpint(put(fixture, "eve", 'a', 10, 4, "4"), ==, CONFLICT);
        g_assert_cmpint(put(fixture, "bob", 'a', 10, 4, "456789"), ==, 10);
        assert_reads(fixture, 'a', "0123456789");
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS), ==, 1);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS_BYTES), ==, 10);
}

/* Many at once, of several blobs: what each is told fits what comes before and after it. */
static void test_batch(Fixture *fixture, const void *data)
{
        enum { PIECES = 60 };
        BlobRequest requests[PIECES] = {};
        uint64_t sizes[2] = {PIECES / 2 * 3 - 1, PIECES / 2 * 3};

        for (unsigned i = 0; i < PIECES; i++) {
                requests[i] = (BlobRequest){.size = sizes[i % 2],
                                            .offset = i / 2 * 3,
                                            .data = (const uint8_t *)"abc",
                                            .data_size = i == PIECES - 2 ? 2 : 3};
                submit(fixture, &requests[i], BLOB_PUT, "bob", "ab"[i % 2]);
        }
        wait_for(fixture, PIECES);
        for (unsigned i = 0; i < PIECES; i++) {
                g_assert_cmpint(requests[i].result, ==, 0);
                g_assert_cmpuint(requests[i].stored, ==, requests[i].offset + requests[i].data_size);
        }

        /* The order of one thread: put, delete, put again (of an ID that is not free yet). */
        for (unsigned i = 0; i < 3; i++)
                requests[i] = (BlobRequest){.size = 1, .data = (const uint8_t *)"x", .data_size = 1};
        submit(fixture, &requests[0], BLOB_PUT, "bob", 'c');
        submit(fixture, &requests[1], BLOB_DELETE, "bob", 'c');
        submit(fixture, &requests[2], BLOB_PUT, "bob", 'd');
        wait_for(fixture, 3);
        assert_reads(fixture, 'c', NULL);
        assert_reads(fixture, 'd', "x");
}

static void test_quota(Fixture *fixture, const void *data)
{
        BlobRequest both[2] = {};

        g_assert_cmpint(put(fixture, "bob", 'a', 100001, 0, "x"), ==, QUOTA);
        g_assert_cmpint(put(fixture, "bob", 'a', 95000, 0, "x"), ==, 1);
        g_assert_cmpint(put(fixture, "bob", 'b', 6000, 0, "x"), ==, QUOTA);
        g_assert_cmpint(put(fixture, "bob", 'c', 1, 0, "x"), ==, 1); /* 4096 */
        g_assert_cmpint(put(fixture, "bob", 'd', 1, 0, "x"), ==, QUOTA);
        g_assert_cmpint(put(fixture, "eve", 'd', 1, 0, "x"), ==, 1);
        for (unsigned i = 0; i < 2; i++) { /* in one batch, as a rule */
                both[i] = (BlobRequest){.size = 60000, .data = (const uint8_t *)"x", .data_size = 1};
                submit(fixture, &both[i], BLOB_PUT, "carol", "ef"[i]);
        }
        wait_for(fixture, 2);
        g_assert_cmpint(both[0].result, ==, 0);
        g_assert_cmpint(both[1].result, ==, BLOB_OVER_QUOTA);
        delete(fixture, BLOB_DELETE, "bob", 'a');
        g_assert_cmpint(put(fixture, "bob", 'g', 95000, 0, "x"), ==, 1);
}

static void test_deletion(Fixture *fixture, const void *data)
{
        g_autofree char *path = path_of(fixture, 'a');

        for (char id = 'a'; id <= 'c'; id++)
                g_assert_cmpint(put(fixture, id == 'c' ? "eve" : "bob", id, 1, 0, "x"), ==, 1);
        g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
        delete(fixture, BLOB_DELETE, "eve", 'a'); /* not hers */
        assert_reads(fixture, 'a', "x");
        delete(fixture, BLOB_DELETE_OWNED, "bob", 0);
        delete(fixture, BLOB_DELETE_OWNED, "bob", 0);
        assert_reads(fixture, 'a', NULL);
        assert_reads(fixture, 'b', NULL);
        assert_reads(fixture, 'c', "x");
        until_gone(fixture, 'a');
        until_gone(fixture, 'b');
        while (put(fixture, "eve", 'a', 1, 0, "y") == CONFLICT) /* until its last trace has gone */
                ;
        assert_reads(fixture, 'a', "y");
        g_assert_cmpint(blobs_delete_owned(fixture->blobs, "eve"), ==, 0);
        until_gone(fixture, 'c');
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS), ==, 0);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS_BYTES), ==, 0);
}

static void test_expiry(Fixture *fixture, const void *data)
{
        fixture->limits.account_bytes = 1000 * 1000;
        open_blobs(fixture);
        for (unsigned i = 0; i < 200; i++) /* more than fit into one turn */
                g_assert_cmpint(put(fixture, i % 2 ? "bob" : "eve", (char)(i + 1), 1, 0, "x"), ==, 1);
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS), ==, 200);
        fixture->limits.retention_ms = 1;
        open_blobs(fixture);
        for (unsigned i = 0; i < 200; i++) {
                g_autofree char *path = g_strdup_printf("%s/blobs/%02x", fixture->folder, i + 1);
                gboolean empty = FALSE;

                while (g_file_test(path, G_FILE_TEST_EXISTS) && !empty) {
                        g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

                        empty = !g_dir_read_name(dir);
                        g_usleep(1000);
                }
        }
        g_assert_cmpuint(metrics_total(fixture->metrics, METRIC_BLOBS), ==, 0);
}

/* What a crash may leave behind, and what only a broken disk does. */
static void test_leftovers(Fixture *fixture, const void *data)
{
        g_autofree char *longer = path_of(fixture, 'a'), *orphan = path_of(fixture, 'b'), *short_ = path_of(fixture, 'c');
        g_autofree char *folder = g_path_get_dirname(orphan);
        BlobRequest request = {.length = 10};

        g_assert_cmpint(put(fixture, "bob", 'a', 6, 0, "012"), ==, 3);
        g_assert_cmpint(put(fixture, "bob", 'c', 6, 0, "012345"), ==, 6);
        fixture->blobs = blobs_close(fixture->blobs);
        g_assert_true(g_file_set_contents(longer, "012garbage", -1, NULL));
        g_assert_true(g_file_set_contents(short_, "012", -1, NULL));
        g_mkdir_with_parents(folder, 0700);
        g_assert_true(g_file_set_contents(orphan, "nobody's", -1, NULL));
        open_blobs(fixture);
        until_gone(fixture, 'b');
        g_assert_cmpint(put(fixture, "bob", 'a', 6, 3, "345"), ==, 6);
        assert_reads(fixture, 'a', "012345");
        g_assert_cmpint(put(fixture, "eve", 'b', 3, 0, "new"), ==, 3);
        assert_reads(fixture, 'b', "new");
        submit(fixture, &request, BLOB_GET, "", 'c');
        wait_for(fixture, 1);
        g_assert_cmpint(request.result, ==, -EBADMSG);
}

static void test_full(Fixture *fixture, const void *data)
{
        g_autofree char *path = path_of(fixture, 'a');
        BlobRequest many[102];
        unsigned refused = 0;

        fixture->limits.reserve_bytes = UINT64_MAX;
        fixture->limits.queue_max = 1;
        open_blobs(fixture);
        g_assert_cmpint(put(fixture, "bob", 'a', 6, 0, "012"), ==, -ENOSPC);
        g_assert_cmpint(put(fixture, "bob", 'a', 6, 0, ""), ==, 0);
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));

        /* It refuses rather than queue without end. */
        for (unsigned i = 0; i < G_N_ELEMENTS(many); i++) {
                many[i] = (BlobRequest){.operation = BLOB_PUT, .inbox = &fixture->inbox, .done = done, .size = 1};
                refused += blobs_submit(fixture->blobs, &many[i]) == -EBUSY;
        }
        g_assert_cmpuint(refused, >, 0);
        wait_for(fixture, G_N_ELEMENTS(many) - refused);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add("/blobs/pieces", Fixture, NULL, set_up, test_pieces, tear_down);
        g_test_add("/blobs/batch", Fixture, NULL, set_up, test_batch, tear_down);
        g_test_add("/blobs/quota", Fixture, NULL, set_up, test_quota, tear_down);
        g_test_add("/blobs/deletion", Fixture, NULL, set_up, test_deletion, tear_down);
        g_test_add("/blobs/expiry", Fixture, NULL, set_up, test_expiry, tear_down);
        g_test_add("/blobs/leftovers", Fixture, NULL, set_up, test_leftovers, tear_down);
        g_test_add("/blobs/full", Fixture, NULL, set_up, test_full, tear_down);
        return g_test_run();
}
