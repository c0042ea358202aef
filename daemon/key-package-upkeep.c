/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/key-package-upkeep.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "daemon/cleanup.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store-key-package.h"
#include "wire/error.h"

enum {
        PACKAGES_LOW = 20,
        PACKAGES_FULL = 50,
        LOOK_SECONDS = 6 * 3600, /* how often a connection that lasts looks at their age */
};
/* The last-resort package, and the others with it: long before they expire, so that nobody meets an expired one. */
#define LAST_RESORT_ROTATE_MS (UINT64_C(30) * 24 * 3600 * 1000)

/* One upload, whose packages are in the store. */
typedef struct Upload {
        GroupReference references[PACKAGES_FULL + 1];
        ProtobufCBinaryData one_time[PACKAGES_FULL];
        size_t one_time_count, count;
        MlsBuffer parts[PACKAGES_FULL + 1];
        MlsSlice last_resort;
        bool replace; /* the one-time packages that the server has are as old as the last resort was */
} Upload;

struct KeyPackageUpkeep {
        Store *store;
        const GroupSelf *self;
        ServerLink *link;
        bool under_way;
        Upload *upload; /* NULL: what is under way only asks */
        guint timer;
};

static Upload *upload_free(Upload *upload)
{
        if (!upload)
                return NULL;
        for (size_t i = 0; i < upload->count; i++)
                mls_buffer_deinit(&upload->parts[i]);
        free(upload);
        return NULL;
}

static void upload_freep(Upload **upload)
{
        upload_free(*upload);
}

static gboolean on_look(gpointer userdata)
{
        key_package_upkeep_run(userdata, NULL);
        return G_SOURCE_CONTINUE;
}

KeyPackageUpkeep *key_package_upkeep_new(Store *store, const GroupSelf *self, ServerLink *link)
{
        KeyPackageUpkeep *upkeep = calloc(1, sizeof(*upkeep));

        if (!upkeep)
                return NULL;
        upkeep->store = store;
        upkeep->self = self;
        upkeep->link = link;
        upkeep->timer = g_timeout_add_seconds(LOOK_SECONDS, on_look, upkeep);
        return upkeep;
}

KeyPackageUpkeep *key_package_upkeep_free(KeyPackageUpkeep *upkeep)
{
        if (!upkeep)
                return NULL;
        g_source_remove(upkeep->timer);
        upload_free(upkeep->upload);
        free(upkeep);
        return NULL;
}

/* ---- What is needed ---- */

static int make_one(KeyPackageUpkeep *upkeep, GroupPackageKind kind)
{
        _cleanup_(group_package_deinit) GroupPackage package = {0};
        const E2eeContext context = clock_e2ee_context();
        int r;

        r = group_package_make(upkeep->self, kind, &context, &package);
        if (r != 0)
                return r < 0 ? r : -ENOTRECOVERABLE;
        return store_key_package_insert(upkeep->store, &package, clock_now_ms());
}

typedef struct Unsent {
        unsigned one_time, last_resort;
} Unsent;

static int count_unsent(void *userdata, const KeyPackageRow *row)
{
        Unsent *unsent = userdata;

        if (row->kind == GROUP_PACKAGE_ONE_TIME)
                unsent->one_time++;
        else
                unsent->last_resort++;
        return 0;
}

static int is_last_resort_due(Store *store, bool *due_out)
{
        const uint64_t now = clock_now_ms();
        uint64_t created = 0;
        int r;

        r = store_key_package_last_resort(store, &created);
        *due_out = r == STORE_KEY_PACKAGE_NONE || now < created || now - created >= LAST_RESORT_ROTATE_MS;
        return r < 0 ? r : 0;
}

/* Packages that were made before, and that the server has not confirmed, go first. */
static int make_missing(KeyPackageUpkeep *upkeep, uint32_t left, bool *replace_out)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        unsigned wanted = left < PACKAGES_LOW ? PACKAGES_FULL - left : 0;
        Unsent unsent = {0};
        bool due = false;
        int r;

        *replace_out = false;
        r = store_begin(upkeep->store, &transaction);
        if (r < 0)
                return r;
        r = store_key_package_delete_expired(upkeep->store, clock_now_ms());
        if (r == 0)
                r = store_key_package_each_unsent(upkeep->store, count_unsent, &unsent);
        if (r == 0)
                r = is_last_resort_due(upkeep->store, &due);
        if (r < 0)
                return r;
        if (due) {
                *replace_out = true;
                wanted = PACKAGES_FULL;
        }
        if (due && unsent.last_resort == 0) {
                r = make_one(upkeep, GROUP_PACKAGE_LAST_RESORT);
                if (r < 0)
                        return r;
        }
        for (unsigned i = unsent.one_time; i < wanted; i++) {
                r = make_one(upkeep, GROUP_PACKAGE_ONE_TIME);
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}

/* ---- Sending ---- */

static int add_to_upload(void *userdata, const KeyPackageRow *row)
{
        Upload *upload = userdata;
        MlsBuffer *part = &upload->parts[upload->count];
        int r;

        if (row->kind == GROUP_PACKAGE_ONE_TIME ? upload->one_time_count == PACKAGES_FULL
                                                : upload->last_resort.data != NULL)
                return 0;
        r = mls_buffer_init(part, row->public_part);
        if (r < 0)
                return r;
        upload->references[upload->count++] = row->reference;
        if (row->kind == GROUP_PACKAGE_ONE_TIME)
                upload->one_time[upload->one_time_count++] = (ProtobufCBinaryData){part->size, part->data};
        else
                upload->last_resort = mls_slice_of(part);
        return 0;
}

static int confirm(KeyPackageUpkeep *upkeep)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        r = store_begin(upkeep->store, &transaction);
        if (r < 0)
                return r;
        for (size_t i = 0; i < upkeep->upload->count; i++) {
                r = store_key_package_set_uploaded(upkeep->store, &upkeep->upload->references[i]);
                if (r < 0)
                        return r;
        }
        return store_commit(&transaction);
}

static bool on_answer(void *userdata, const Wire__ServerFrame *frame)
{
        KeyPackageUpkeep *upkeep = userdata;
        bool asked = !upkeep->upload;
        int r;

        upkeep->under_way = false;
        if (frame->body_case == WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT) {
                r = asked ? 0 : confirm(upkeep);
                if (r < 0)
                        log_error("groups", r, "cannot store that the server has the key packages");
        } else if (frame->body_case == WIRE__SERVER_FRAME__BODY_ERROR) {
                log_warning("groups", 0, "the server does not take key packages: %s",
                            wire_error_name(frame->error->code));
                asked = false;
        }
        upkeep->upload = upload_free(upkeep->upload);
        if (asked && frame->body_case == WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT)
                key_package_upkeep_run(upkeep, &frame->key_package_count->left);
        return true;
}

static int send_upload(KeyPackageUpkeep *upkeep, Upload *upload)
{
        Wire__UploadKeyPackages body = WIRE__UPLOAD_KEY_PACKAGES__INIT;
        Wire__ClientFrame frame = WIRE__CLIENT_FRAME__INIT;

        if (upload) {
                body.one_time = upload->one_time;
                body.n_one_time = upload->one_time_count;
                body.last_resort.data = (uint8_t *)upload->last_resort.data;
                body.last_resort.len = upload->last_resort.size;
                body.replace = upload->replace;
        }
        frame.body_case = WIRE__CLIENT_FRAME__BODY_UPLOAD_KEY_PACKAGES;
        frame.upload_key_packages = &body;
        return server_link_send(upkeep->link, &frame, on_answer, upkeep);
}

static int fill(KeyPackageUpkeep *upkeep, uint32_t left)
{
        _cleanup_(upload_freep) Upload *upload = calloc(1, sizeof(*upload));
        int r;

        if (!upload)
                return -ENOMEM;
        r = make_missing(upkeep, left, &upload->replace);
        if (r < 0)
                return r;
        r = store_key_package_each_unsent(upkeep->store, add_to_upload, upload);
        if (r < 0 || upload->count == 0)
                return r;
        r = send_upload(upkeep, upload);
        if (r < 0)
                return r;
        upkeep->under_way = true;
        upkeep->upload = g_steal_pointer(&upload);
        return 0;
}

void key_package_upkeep_run(KeyPackageUpkeep *upkeep, const uint32_t *left)
{
        int r;

        if (upkeep->under_way || server_link_state(upkeep->link) != LINK_ONLINE)
                return;
        if (left) {
                r = fill(upkeep, *left);
        } else {
                r = send_upload(upkeep, NULL);
                upkeep->under_way = r == 0;
        }
        if (r < 0 && r != -ENOTCONN)
                log_error("groups", r, "cannot supply the server with key packages");
}

void key_package_upkeep_link_changed(KeyPackageUpkeep *upkeep)
{
        if (server_link_state(upkeep->link) == LINK_ONLINE)
                return;
        upkeep->under_way = false;
        upkeep->upload = upload_free(upkeep->upload);
}
