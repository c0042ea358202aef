/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/presence.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/map.h"

/* The backend for one process: a table of meetings, in parts with a lock each so that threads seldom meet. */
enum { PARTS = 64 };

typedef struct Meeting Meeting;

/* One ticket of one connection. */
typedef struct Entry Entry;

struct Entry {
        Entry *next, **link; /* in its meeting */
        Meeting *meeting;    /* NULL: one watcher too many */
        PresenceMember *member;
};

/* A ticket that somebody shows or watches. */
struct Meeting {
        uint8_t ticket[WIRE_TICKET_SIZE];
        uint64_t hash;
        Meeting *other; /* another ticket with the same hash */
        Entry *shown, *watched;
        unsigned watchers;
        bool told; /* what watchers know: connected */
        uint64_t leaves_us;
        Meeting *leaving_next, **leaving_link; /* while nobody shows it, and its grace lasts */
};

typedef struct Part {
        pthread_mutex_t lock;
        Map meetings; /* keyed hash of the ticket → Meeting */
        Meeting *leaving, **leaving_last; /* in the order in which their grace ends */
} Part;

struct Presence {
        Part parts[PARTS];
        uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* so that nobody chooses tickets that collide */
        uint64_t grace_us;
        size_t tickets_max;
        atomic_size_t tickets;
        atomic_bool silent;
};

/* Threads other than its own read its place only, under the lock of a meeting that it is in. */
struct PresenceMember {
        PresencePlace place;
        size_t shown, count;
        Entry entries[]; /* first those shown, then those watched */
};

/* To a watcher, on the way to its thread. */
typedef struct Notice {
        InboxItem item;
        PresencePlace place;
        uint32_t watched;
        bool connected;
} Notice;

int presence_new(size_t tickets_max, uint64_t grace_us, Presence **out)
{
        Presence *presence = calloc(1, sizeof(Presence));

        if (!presence)
                return -ENOMEM;
        presence->tickets_max = tickets_max;
        presence->grace_us = grace_us;
        randombytes_buf(presence->hash_key, sizeof(presence->hash_key));
        for (unsigned i = 0; i < PARTS; i++) {
                pthread_mutex_init(&presence->parts[i].lock, NULL);
                presence->parts[i].leaving_last = &presence->parts[i].leaving;
        }
        *out = presence;
        return 0;
}

Presence *presence_free(Presence *presence)
{
        if (!presence)
                return NULL;
        for (unsigned i = 0; i < PARTS; i++) {
                map_deinit(&presence->parts[i].meetings);
                pthread_mutex_destroy(&presence->parts[i].lock);
        }
        free(presence);
        return NULL;
}

void presence_silence(Presence *presence)
{
        atomic_store(&presence->silent, true);
}

static uint64_t hash_of(const Presence *presence, const uint8_t *ticket)
{
        uint64_t hash;

        crypto_shorthash((unsigned char *)&hash, ticket, WIRE_TICKET_SIZE, presence->hash_key);
        return hash;
}

static Part *part_of(Presence *presence, uint64_t hash)
{
        return &presence->parts[hash % PARTS];
}

static Meeting *find(const Part *part, uint64_t hash, const uint8_t *ticket)
{
        Meeting *meeting = map_find_pointer(&part->meetings, hash);

        while (meeting && memcmp(meeting->ticket, ticket, WIRE_TICKET_SIZE) != 0)
                meeting = meeting->other;
        return meeting;
}

static Meeting *find_or_make(Part *part, uint64_t hash, const uint8_t *ticket)
{
        Meeting *meeting = find(part, hash, ticket);

        if (meeting)
                return meeting;
        meeting = calloc(1, sizeof(Meeting));
        if (!meeting)
                return NULL;
        memcpy(meeting->ticket, ticket, sizeof(meeting->ticket));
        meeting->hash = hash;
        meeting->other = map_find_pointer(&part->meetings, hash);
        if (map_put_pointer(&part->meetings, hash, meeting) < 0) {
                free(meeting);
                return NULL;
        }
        return meeting;
}

static void end_grace(Part *part, Meeting *meeting)
{
        if (!meeting->leaving_link)
                return;
        *meeting->leaving_link = meeting->leaving_next;
        if (meeting->leaving_next)
                meeting->leaving_next->leaving_link = meeting->leaving_link;
        else
                part->leaving_last = meeting->leaving_link;
        meeting->leaving_next = NULL;
        meeting->leaving_link = NULL;
}

static void begin_grace(Part *part, Meeting *meeting, uint64_t leaves_us)
{
        meeting->leaves_us = leaves_us;
        meeting->leaving_link = part->leaving_last;
        *part->leaving_last = meeting;
        part->leaving_last = &meeting->leaving_next;
}

static void free_if_empty(Part *part, Meeting *meeting)
{
        Meeting *first, **i;

        if (meeting->shown || meeting->watched)
                return;
        end_grace(part, meeting);
        first = map_find_pointer(&part->meetings, meeting->hash);
        for (i = &first; *i != meeting; i = &(*i)->other)
                ;
        *i = meeting->other;
        if (first)
                (void)map_put_pointer(&part->meetings, meeting->hash, first); /* it is there: needs no room */
        else
                map_remove(&part->meetings, meeting->hash);
        free(meeting);
}

static void link_entry(Entry *entry, Entry **list, Meeting *meeting)
{
        entry->meeting = meeting;
        entry->next = *list;
        entry->link = list;
        if (entry->next)
                entry->next->link = &entry->next;
        *list = entry;
}

static void unlink_entry(Entry *entry)
{
        *entry->link = entry->next;
        if (entry->next)
                entry->next->link = entry->link;
}

static void run_notice(InboxItem *item, void *owner)
{
        Notice *notice = (Notice *)item;

        notice->place.endpoint->presence(notice->place.endpoint->owner, notice->place.mailbox, notice->place.ticket,
                                         notice->place.version, notice->watched, notice->connected);
        free(notice);
}

/* A notice that there is no memory for is lost; the watcher's next set tells it. */
static void tell(Presence *presence, Meeting *meeting, bool connected)
{
        meeting->told = connected;
        if (atomic_load(&presence->silent))
                return;
        for (Entry *i = meeting->watched; i; i = i->next) {
                Notice *notice = calloc(1, sizeof(Notice));

                if (!notice)
                        return;
                notice->item.run = run_notice;
                notice->place = i->member->place;
                notice->watched = (uint32_t)((size_t)(i - i->member->entries) - i->member->shown);
                notice->connected = connected;
                inbox_post(notice->place.endpoint->inbox, &notice->item);
        }
}

static int show(Presence *presence, Entry *entry, const uint8_t *ticket)
{
        uint64_t hash = hash_of(presence, ticket);
        Part *part = part_of(presence, hash);
        Meeting *meeting;

        pthread_mutex_lock(&part->lock);
        meeting = find_or_make(part, hash, ticket);
        if (meeting) {
                link_entry(entry, &meeting->shown, meeting);
                end_grace(part, meeting);
                if (!meeting->told)
                        tell(presence, meeting, true);
        }
        pthread_mutex_unlock(&part->lock);
        return meeting ? 0 : -ENOMEM;
}

static int watch(Presence *presence, Entry *entry, const uint8_t *ticket, bool *connected_out)
{
        uint64_t hash = hash_of(presence, ticket);
        Part *part = part_of(presence, hash);
        Meeting *meeting;

        pthread_mutex_lock(&part->lock);
        meeting = find_or_make(part, hash, ticket);
        *connected_out = meeting && meeting->told;
        if (meeting && meeting->watchers < PRESENCE_WATCHERS_MAX) {
                link_entry(entry, &meeting->watched, meeting);
                meeting->watchers++;
        }
        pthread_mutex_unlock(&part->lock);
        return meeting ? 0 : -ENOMEM;
}

/* until_us: how long the watchers are not told; 0: they are at once. */
static void hide(Presence *presence, Entry *entry, uint64_t until_us)
{
        Meeting *meeting = entry->meeting;
        Part *part = part_of(presence, meeting->hash);

        pthread_mutex_lock(&part->lock);
        unlink_entry(entry);
        if (!meeting->shown && meeting->watched) {
                if (until_us != 0)
                        begin_grace(part, meeting, until_us);
                else
                        tell(presence, meeting, false);
        }
        free_if_empty(part, meeting);
        pthread_mutex_unlock(&part->lock);
}

static void watch_no_more(Presence *presence, Entry *entry)
{
        Meeting *meeting = entry->meeting;
        Part *part = part_of(presence, meeting->hash);

        pthread_mutex_lock(&part->lock);
        unlink_entry(entry);
        meeting->watchers--;
        free_if_empty(part, meeting);
        pthread_mutex_unlock(&part->lock);
}

static void member_free(Presence *presence, PresenceMember *member, uint64_t until_us)
{
        if (!member)
                return;
        for (size_t i = 0; i < member->count; i++) {
                Entry *entry = &member->entries[i];

                if (entry->meeting && i < member->shown)
                        hide(presence, entry, until_us);
                else if (entry->meeting)
                        watch_no_more(presence, entry);
        }
        atomic_fetch_sub(&presence->tickets, member->count);
        free(member);
}

/* Of the old set and the new, the larger counts: the old one goes when the new one is there. */
static int reserve(Presence *presence, size_t count, size_t before)
{
        size_t taken = atomic_fetch_add(&presence->tickets, count) + count;

        if (count <= before || taken - before <= presence->tickets_max)
                return 0;
        atomic_fetch_sub(&presence->tickets, count);
        return -EBUSY;
}

int presence_set(Presence *presence, const PresencePlace *place, const Wire__SetPresence *set, bool *connected_out,
                 PresenceMember **member)
{
        size_t count = set->n_shown + set->n_watched;
        PresenceMember *made = NULL;
        int r;

        if (count > 0) {
                r = reserve(presence, count, presence_member_tickets(*member));
                if (r < 0)
                        return r;
                made = calloc(1, sizeof(PresenceMember) + count * sizeof(Entry));
                if (!made) {
                        atomic_fetch_sub(&presence->tickets, count);
                        return -ENOMEM;
                }
                made->place = *place;
                made->shown = set->n_shown;
                made->count = count;
        }
        for (size_t i = 0; i < count; i++) {
                Entry *entry = &made->entries[i];

                entry->member = made;
                if (i < set->n_shown)
                        r = show(presence, entry, set->shown[i].data);
                else
                        r = watch(presence, entry, set->watched[i - set->n_shown].data,
                                  &connected_out[i - set->n_shown]);
                if (r < 0) {
                        member_free(presence, made, 0);
                        return r;
                }
        }
        member_free(presence, *member, 0);
        *member = made;
        return 0;
}

size_t presence_member_tickets(const PresenceMember *member)
{
        return member ? member->count : 0;
}

void presence_leave(Presence *presence, PresenceMember **member, uint64_t now_us)
{
        member_free(presence, *member, presence->grace_us != 0 ? now_us + presence->grace_us : 0);
        *member = NULL;
}

void presence_sweep(Presence *presence, uint64_t now_us)
{
        for (unsigned i = 0; i < PARTS; i++) {
                Part *part = &presence->parts[i];

                pthread_mutex_lock(&part->lock);
                while (part->leaving && part->leaving->leaves_us <= now_us) {
                        Meeting *meeting = part->leaving;

                        end_grace(part, meeting);
                        tell(presence, meeting, false);
                }
                pthread_mutex_unlock(&part->lock);
        }
}
