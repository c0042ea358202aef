/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "daemon/account.h"
#include "daemon/bus-call.h"
#include "daemon/send-wait.h"
#include "daemon/store-contact.h"

/*
 * The daemon on the session bus. Each interface has a file *-bus.c of its own, with a table of its members;
 * here is what they share: the objects, who is told what when something changed, and the name.
 */
#define BUS_NAME     "org.securemessenger.Messenger1"
#define BUS_ROOT     "/org/securemessenger/Messenger1"
#define BUS_CONTACTS "/org/securemessenger/Messenger1/contact"
#define BUS_ACCOUNT  "org.securemessenger.Messenger1.Account"
#define BUS_MESSAGES "org.securemessenger.Messenger1.Messages"
#define BUS_EVENTS   "org.securemessenger.Messenger1.Events"
#define BUS_SETTINGS "org.securemessenger.Messenger1.Settings"
#define BUS_CONTACT  "org.securemessenger.Messenger1.Contact"
#define BUS_GROUPS   "/org/securemessenger/Messenger1/group"
#define BUS_GROUPS_INTERFACE "org.securemessenger.Messenger1.Groups"
#define BUS_GROUP    "org.securemessenger.Messenger1.Group"
#define BUS_VERIFICATION "org.securemessenger.Messenger1.Verification"

typedef struct Bus {
        sd_bus *bus;
        GSource *source;
        Account *account;
        BusCalls *calls;
        SendWaits *waits;
        uint64_t announced; /* events up to this number are known to the bus */
        Contact found;    /* the contact that contact-bus.c looked up for the member that is being handled */
        struct Notifier *notifier;
        GroupRecord found_group; /* likewise, of group-bus.c; found is its conversation then */
        GList *group_calls; /* calls that wait for an operation on a group */
        GList *exports;   /* calls of export-bus.c */
        GList *saves;     /* calls that write files out; see attachments-bus.c */
        GList *fd_calls;  /* calls that read a descriptor, or act on what they read; see fd-call.h */
        GList *password_calls; /* likewise; see password-call.h */
        unsigned changed; /* groups of properties whose change has not been announced, BUS_CHANGED_* */
        GHashTable *changed_contacts; /* names */
        guint announce;
} Bus;

enum {
        BUS_CHANGED_ACCOUNT = 1 << 0,
        BUS_CHANGED_LINK = 1 << 1,
        BUS_CHANGED_STORE = 1 << 2,
};

/* Puts the objects on the bus that the environment names. The account must outlive it. */
int bus_init(Bus *bus, Account *account, void (*lost)(void *userdata, int error), void *userdata);
void bus_deinit(Bus *bus);

enum { BUS_NAME_IN_USE = 1 };

/* Takes the name: from here on, calls come. 0 or BUS_NAME_IN_USE. */
int bus_take_name(Bus *bus);

/* The unlocked part; otherwise NULL, and *result_out is PROBLEM_NO_ACCOUNT or PROBLEM_LOCKED. */
Messenger *bus_messenger(Bus *bus, int *result_out);

/* The tables of the interfaces. */
int account_bus_add(Bus *bus);
int messages_bus_add(Bus *bus);
int events_bus_add(Bus *bus);
int contact_bus_add(Bus *bus);
int settings_bus_add(Bus *bus);
int verification_bus_add(Bus *bus);
int groups_bus_add(Bus *bus);

/* What has changed is told soon, in one signal for all of it. */
void bus_mark_changed(Bus *bus, unsigned groups);
void bus_mark_contact_changed(Bus *bus, const char *name);
void account_bus_announce(Bus *bus, unsigned groups);
void contact_bus_announce(Bus *bus, const char *name);
void verification_bus_announce(Bus *bus, const char *name);
/* For every interface of a contact's object: the contact is in bus->found then. */
int contact_bus_find(sd_bus *b, const char *path, const char *interface, void *userdata, void **found_out,
                     sd_bus_error *error);
/* All contacts appear with an unlock, and go with a lock. */
void contact_bus_appear(Bus *bus);
void contact_bus_disappear(Bus *bus);
void contact_bus_added(Bus *bus, const char *name);
/* The same for groups. */
void groups_bus_appear(Bus *bus);
void groups_bus_disappear(Bus *bus);
void groups_bus_added(Bus *bus, const char *conversation);
void groups_bus_announce(Bus *bus, const char *conversation);
/* All calls that wait for a group end so. */
void group_calls_end_all(Bus *bus, Problem problem);
void settings_bus_announce(Bus *bus, SettingId id);
void settings_bus_announce_all(Bus *bus);
/* Sends out the events that are new in the store. */
void events_bus_announce(Bus *bus);

/* A message as a dictionary, for Messages and Events. */
int message_bus_append(Bus *bus, sd_bus_message *m, const Message *message);
/* Messages.Export(), and the end of all of them. */
int export_bus_method(sd_bus_message *m, void *userdata, sd_bus_error *error);
void export_bus_end_all(Bus *bus);
/* Messages.Search(). */
int search_bus_method(sd_bus_message *m, void *userdata, sd_bus_error *error);
/* The members of Messages that are about files, and what a message says of its file. */
int attachments_bus_append(Bus *bus, sd_bus_message *m, const Message *message);
/* The account is being locked, or the bus goes: nobody gets more of a file. */
void attachments_bus_end_saves(Bus *bus);
void attachments_bus_announce(Bus *bus, const AttachmentProgress *progress);

/* Why a queued message has not left: what the store says, or that there is no connection. */
Problem message_bus_reason(Bus *bus, const Message *message);
