/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Group interface, on each group's object. */
#include "daemon/group-bus.h"

#include <errno.h>
#include <libintl.h>
#include <sodium.h>
#include <string.h>

#include "daemon/bus-error.h"
#include "daemon/bus-options.h"
#include "daemon/cleanup.h"
#include "daemon/contact-members.h"
#include "daemon/group-member.h"
#include "daemon/group-rejoin.h"
#include "daemon/store-event.h"
#include "daemon/timer.h"
#include "wire/limits.h"
#include "wire/username.h"

#define _(text) gettext(text)

static void session_freep(GroupSession **session)
{
        group_session_free(*session);
}

/* Groups are looked up in the store when somebody asks for them, as contacts are. */
static int find(sd_bus *b, const char *path, const char *interface, void *userdata, void **found_out,
                sd_bus_error *error)
{
        Bus *bus = userdata;
        Messenger *messenger = account_messenger(bus->account);
        GroupId id;
        int r;

        if (!messenger || !group_bus_parse_path(path, &id))
                return 0;
        r = store_group_find(messenger->store, &id, &bus->found_group);
        if (r == 0)
                r = store_contact_get(messenger->store, bus->found_group.contact, &bus->found);
        if (r != 0)
                return r < 0 ? r : 0;
        *found_out = bus;
        return 1;
}

/* ---- Arguments ---- */

int group_bus_read_names(sd_bus_message *m, char ***out)
{
        char **names = NULL;
        int r;

        r = sd_bus_message_read_strv(m, &names);
        if (r < 0)
                return r;
        *out = g_strdupv(names ? names : (char *[]){NULL});
        for (char **name = names; name && *name; name++)
                free(*name);
        free(names);
        if (g_strv_length(*out) > GROUP_CHANGES_MAX)
                return PROBLEM_GROUP_FULL;
        for (char **name = *out; *name; name++)
                if (!user_name_is_valid(*name))
                        return PROBLEM_BAD_NAME;
        return 0;
}

static int start_with(sd_bus_message *m, Bus *bus, GroupRequest *request)
{
        int r;

        request->contact = bus->found_group.contact;
        r = bus_read_no_options(m);
        return r != 0 ? (r < 0 ? r : bus_reply_error(m, r)) : group_bus_start(bus, m, request);
}

static int read_member(sd_bus_message *m, GroupChange *change)
{
        const char *name = NULL;
        int r;

        r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        if (!user_name_is_valid(name))
                return PROBLEM_BAD_NAME;
        g_strlcpy(change->member.address.name, name, sizeof(change->member.address.name));
        return 0;
}

/* ---- Methods ---- */

static int method_add(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupRequest request = {.kind = GROUP_OPERATION_ADD};
        int r;

        r = group_bus_read_names(m, &request.names);
        if (r == 0 && !request.names[0])
                r = PROBLEM_INVALID_ARGUMENT;
        r = r != 0 ? (r < 0 ? r : bus_reply_error(m, r)) : start_with(m, userdata, &request);
        g_strfreev(request.names);
        return r;
}

static int method_remove(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupRequest request = {.kind = GROUP_OPERATION_CHANGE};
        g_autofree GroupChange *changes = NULL;
        g_auto(GStrv) names = NULL;
        Messenger *messenger;
        int r;

        r = group_bus_read_names(m, &names);
        if (r == 0 && !names[0])
                r = PROBLEM_INVALID_ARGUMENT;
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = account_messenger(((Bus *)userdata)->account);
        if (messenger && g_strv_contains((const char *const *)names, messenger->self.address.name))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT,
                                            _("Nobody removes themselves. To go, leave the group."));
        request.change_count = g_strv_length(names);
        request.changes = changes = g_new0(GroupChange, request.change_count);
        for (size_t i = 0; i < request.change_count; i++) {
                changes[i].kind = GROUP_REMOVE;
                g_strlcpy(changes[i].member.address.name, names[i], sizeof(changes[i].member.address.name));
        }
        return start_with(m, userdata, &request);
}

static int change_member(sd_bus_message *m, Bus *bus, GroupChangeKind kind)
{
        GroupChange change = {.kind = kind};
        GroupRequest request = {.kind = GROUP_OPERATION_CHANGE, .changes = &change, .change_count = 1};
        int r;

        r = read_member(m, &change);
        return r != 0 ? (r < 0 ? r : bus_reply_error(m, r)) : start_with(m, bus, &request);
}

static int method_promote(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return change_member(m, userdata, GROUP_PROMOTE);
}

static int method_demote(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        return change_member(m, userdata, GROUP_DEMOTE);
}

static int method_rename(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupChange change = {.kind = GROUP_RENAME};
        GroupRequest request = {.kind = GROUP_OPERATION_CHANGE, .changes = &change, .change_count = 1};
        const char *name = NULL;
        int r;

        r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        if (strlen(name) > GROUP_NAME_MAX)
                return bus_reply_error(m, PROBLEM_BAD_GROUP_NAME);
        g_strlcpy(change.name, name, sizeof(change.name));
        return start_with(m, userdata, &request);
}

static int method_set_timer(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupChange change = {.kind = GROUP_SET_TIMER};
        GroupRequest request = {.kind = GROUP_OPERATION_CHANGE, .changes = &change, .change_count = 1};
        int r;

        r = sd_bus_message_read(m, "u", &change.number);
        if (r < 0)
                return r;
        if (!timer_is_possible(change.number))
                return bus_reply_error_text(m, PROBLEM_INVALID_ARGUMENT,
                                            _("Messages stay for 5 seconds to 365 days, or for ever."));
        return start_with(m, userdata, &request);
}

static int method_renew(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const GroupChange change = {.kind = GROUP_RENEW};
        GroupRequest request = {.kind = GROUP_OPERATION_CHANGE, .changes = &change, .change_count = 1};

        return start_with(m, userdata, &request);
}

static int method_leave(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupRequest request = {.kind = GROUP_OPERATION_LEAVE};

        return start_with(m, userdata, &request);
}

static int method_delete(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        GroupRequest request = {.kind = GROUP_OPERATION_DELETE};

        return start_with(m, userdata, &request);
}

static int accept_invitation(Messenger *messenger, GroupRecord *record)
{
        _cleanup_(store_rollbackp) Store *transaction = NULL;
        int r;

        if (record->standing == GROUP_STANDING_MEMBER)
                return 0;
        if (record->standing != GROUP_STANDING_INVITED)
                return PROBLEM_NOT_A_MEMBER;
        r = store_begin(messenger->store, &transaction);
        if (r < 0)
                return r;
        record->standing = GROUP_STANDING_MEMBER;
        r = store_group_update(messenger->store, record);
        if (r == 0)
                r = store_event_add(messenger->store, EVENT_GROUP_CHANGED, record->contact, 0);
        return r < 0 ? r : store_commit(&transaction);
}

static int method_rejoin(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        const int64_t contact = bus->found_group.contact;
        Messenger *messenger;
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (!messenger)
                return bus_reply_error(m, r);
        r = group_rejoin_ask(messenger->store, &messenger->self, contact);
        if (r != 0)
                return bus_reply_error(m, r);
        outbox_pump(messenger->outbox);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_accept(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        GroupRecord record = bus->found_group;
        Messenger *messenger;
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (messenger)
                r = accept_invitation(messenger, &record);
        return r != 0 ? bus_reply_error(m, r) : sd_bus_reply_method_return(m, NULL);
}

static void message_unrefp(sd_bus_message **m)
{
        sd_bus_message_unref(*m);
}

static int append_key(sd_bus_message *reply, const GroupMember *member)
{
        int r;

        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "identity-key");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_append_array(reply, 'y', member->identity_key.bytes,
                                                sizeof(member->identity_key.bytes));
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_member(sd_bus_message *reply, Messenger *messenger, const GroupMember *member)
{
        GroupMemberTrust trust;
        int r;

        r = group_member_trust(messenger->store, &messenger->self, member, &trust);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r < 0)
                return r;
        r = sd_bus_message_append(reply, "{sv}{sv}{sv}{sv}", "name", "s", member->address.name, "role", "s",
                                  group_role_name(member->role), "renewed", "x", (int64_t)member->renewed_ms, "key",
                                  "s", group_member_trust_name(trust));
        if (r >= 0)
                r = append_key(reply, member);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_members(sd_bus_message *reply, Messenger *messenger, const GroupSession *session)
{
        GroupMember member;
        int r;

        r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        if (r < 0)
                return r;
        for (uint32_t leaf = 0; leaf < group_session_leaf_count(session); leaf++) {
                if (!group_session_member_at(session, leaf, &member))
                        continue;
                r = append_member(reply, messenger, &member);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(reply);
}

static int method_get_members(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        _cleanup_(message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(session_freep) GroupSession *session = NULL;
        Bus *bus = userdata;
        Messenger *messenger;
        int r;

        r = bus_read_no_options(m);
        if (r != 0)
                return r < 0 ? r : bus_reply_error(m, r);
        messenger = bus_messenger(bus, &r);
        if (!messenger)
                return bus_reply_error(m, r);
        r = store_group_load(messenger->store, bus->found_group.contact, &session);
        if (r < 0)
                return bus_reply_error(m, r);
        r = sd_bus_message_new_method_return(m, &reply);
        if (r < 0)
                return r;
        r = append_members(reply, messenger, session);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

/* ---- Properties ---- */

static int get_id(sd_bus *b, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                  void *userdata, sd_bus_error *error)
{
        char text[2 * GROUP_ID_SIZE + 1];
        Bus *bus = userdata;

        sodium_bin2hex(text, sizeof(text), bus->found_group.id.bytes, sizeof(bus->found_group.id.bytes));
        return sd_bus_message_append(reply, "s", text);
}

static int get_conversation(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", ((Bus *)userdata)->found.name);
}

static int get_standing(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", group_standing_name(((Bus *)userdata)->found_group.standing));
}

static int get_inviter(sd_bus *b, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "s", ((Bus *)userdata)->found_group.inviter);
}

static int get_epoch(sd_bus *b, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                     void *userdata, sd_bus_error *error)
{
        return sd_bus_message_append(reply, "t", ((Bus *)userdata)->found_group.epoch);
}

static int get_last_message(sd_bus *b, const char *path, const char *interface, const char *property,
                            sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        Bus *bus = userdata;
        uint64_t number = 0;
        int r;

        r = store_contact_last_message(account_messenger(bus->account)->store, bus->found.id, &number);
        return r < 0 ? r : sd_bus_message_append(reply, "t", number);
}

/* Those that the session knows, as it is large: Name, Role, MemberCount, Timer, Authenticator. */
static int get_of_session(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        _cleanup_(session_freep) GroupSession *session = NULL;
        uint8_t authenticator[GROUP_AUTHENTICATOR_SIZE];
        Bus *bus = userdata;
        GroupMember us;
        int r;

        r = store_group_load(account_messenger(bus->account)->store, bus->found_group.contact, &session);
        if (r < 0)
                return r;
        if (strcmp(property, "Name") == 0)
                return sd_bus_message_append(reply, "s", group_session_settings(session)->name);
        if (strcmp(property, "MemberCount") == 0)
                return sd_bus_message_append(reply, "u", group_session_member_count(session));
        if (strcmp(property, "Timer") == 0)
                return sd_bus_message_append(reply, "u", group_session_settings(session)->expires_after_s);
        if (strcmp(property, "Role") == 0) {
                bool is_in = group_session_is_active(session) && group_session_self(session, &us);

                return sd_bus_message_append(reply, "s", is_in ? group_role_name(us.role) : "");
        }
        group_session_authenticator(session, authenticator);
        return sd_bus_message_append_array(reply, 'y', authenticator, sizeof(authenticator));
}

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

/* A group's conversation is marked as a contact's is. */
#define MARK(name)                                                                        \
        SD_BUS_WRITABLE_PROPERTY(name, "b", contact_get_mark, contact_set_mark, 0,       \
                                 CHANGES | SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vtable[] = {
                SD_BUS_VTABLE_START(0),
                SD_BUS_METHOD_WITH_NAMES("GetMembers", "a{sv}", SD_BUS_PARAM(options), "aa{sv}",
                                         SD_BUS_PARAM(members), method_get_members, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Add", "asa{sv}", SD_BUS_PARAM(members) SD_BUS_PARAM(options), "", ,
                                         method_add, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Remove", "asa{sv}", SD_BUS_PARAM(members) SD_BUS_PARAM(options), "", ,
                                         method_remove, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Promote", "sa{sv}", SD_BUS_PARAM(member) SD_BUS_PARAM(options), "", ,
                                         method_promote, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Demote", "sa{sv}", SD_BUS_PARAM(member) SD_BUS_PARAM(options), "", ,
                                         method_demote, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Rename", "sa{sv}", SD_BUS_PARAM(name) SD_BUS_PARAM(options), "", ,
                                         method_rename, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("SetTimer", "ua{sv}", SD_BUS_PARAM(seconds) SD_BUS_PARAM(options), "", ,
                                         method_set_timer, SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Renew", "a{sv}", SD_BUS_PARAM(options), "", , method_renew,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Accept", "a{sv}", SD_BUS_PARAM(options), "", , method_accept,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Rejoin", "a{sv}", SD_BUS_PARAM(options), "", , method_rejoin,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Leave", "a{sv}", SD_BUS_PARAM(options), "", , method_leave,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_METHOD_WITH_NAMES("Delete", "a{sv}", SD_BUS_PARAM(options), "", , method_delete,
                                         SD_BUS_VTABLE_UNPRIVILEGED),
                SD_BUS_PROPERTY("Id", "s", get_id, 0, SD_BUS_VTABLE_PROPERTY_CONST),
                SD_BUS_PROPERTY("Conversation", "s", get_conversation, 0, CHANGES),
                SD_BUS_PROPERTY("Name", "s", get_of_session, 0, CHANGES),
                SD_BUS_PROPERTY("Standing", "s", get_standing, 0, CHANGES),
                SD_BUS_PROPERTY("Role", "s", get_of_session, 0, CHANGES),
                SD_BUS_PROPERTY("Inviter", "s", get_inviter, 0, 0),
                SD_BUS_PROPERTY("Epoch", "t", get_epoch, 0, CHANGES),
                SD_BUS_PROPERTY("MemberCount", "u", get_of_session, 0, CHANGES),
                SD_BUS_PROPERTY("Timer", "u", get_of_session, 0, CHANGES),
                SD_BUS_PROPERTY("Authenticator", "ay", get_of_session, 0, 0),
                SD_BUS_PROPERTY("Unread", "u", contact_get_unread, 0, CHANGES),
                MARK("Muted"),
                MARK("Pinned"),
                MARK("MarkedUnread"),
                SD_BUS_PROPERTY("LastMessage", "t", get_last_message, 0, CHANGES),
                SD_BUS_VTABLE_END,
};

int group_bus_add(Bus *bus)
{
        return sd_bus_add_fallback_vtable(bus->bus, NULL, BUS_GROUPS, BUS_GROUP, vtable, find, bus);
}
