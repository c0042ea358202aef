/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/compose/composer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/failure.h"
#include "gtk-ui/compose/file-choice.h"
#include "gtk-ui/compose/intake.h"
#include "gtk-ui/compose/message-entry.h"
#include "gtk-ui/compose/outgoing-bar.h"
#include "gtk-ui/compose/outgoing-limit.h"
#include "gtk-ui/compose/quote-bar.h"
#include "gtk-ui/compose/sending.h"
#include "gtk-ui/compose/typing.h"
#include "gtk-ui/model/drafts.h"
#include "gtk-ui/model/message-lookup.h"
#include "gtk-ui/toast.h"
#include "gtk-ui/wording.h"

struct _SmComposer {
        AdwBin parent;
        SmDaemon *daemon;
        SmConversation *conversation; /* NULL: nobody, or a stranger */
        char *name;                   /* NULL: nobody */
        Drafts *drafts;
        Draft *draft;                 /* what is on the screen, of these; NULL: nobody's */
        GCancellable *cancellable;    /* these three are for this conversation */
        SmIntake *intake;
        Typing *typing;
        GtkWidget *quote, *files, *attach, *entry, *send;
};

G_DEFINE_FINAL_TYPE(SmComposer, sm_composer, ADW_TYPE_BIN)

static guint sending_signal;

static SmMessageEntry *entry_of(SmComposer *self)
{
        return SM_MESSAGE_ENTRY(self->entry);
}

/* A group may have another name by now. */
static const char *name_of(SmComposer *self)
{
        return self->conversation ? sm_conversation_name(self->conversation) : self->name;
}

static guint count_files(SmComposer *self)
{
        return self->draft ? g_list_model_get_n_items(G_LIST_MODEL(self->draft->files)) : 0;
}

/* An edit has none, and notes to oneself leave for nowhere. */
static gboolean takes_files(SmComposer *self)
{
        return self->draft && !self->draft->is_edit &&
               !(self->conversation && sm_conversation_is_self(self->conversation));
}

static void update(SmComposer *self)
{
        if (!self->send) /* it is being made */
                return;
        gtk_widget_set_sensitive(self->attach, takes_files(self));
        gtk_widget_set_sensitive(self->send, self->draft && !sm_intake_is_busy(self->intake) &&
                                                             (!sm_message_entry_is_blank(entry_of(self)) ||
                                                              count_files(self) > 0));
}

/* ---- Drafts ---- */

static void show_quote(SmComposer *self, Draft *draft)
{
        sm_quote_bar_set(SM_QUOTE_BAR(self->quote),
                         draft && draft->is_edit ? "document-edit-symbolic" : "mail-reply-sender-symbolic",
                         draft && draft->quote_id ? draft->quote_title : NULL, draft ? draft->quote_text : NULL);
}

static void show(SmComposer *self, Draft *draft)
{
        self->draft = draft;
        sm_message_entry_set_text(entry_of(self), draft ? draft->text : "");
        sm_outgoing_bar_set_files(SM_OUTGOING_BAR(self->files), draft ? draft->files : NULL);
        show_quote(self, draft);
        update(self);
}

static void put_away(SmComposer *self)
{
        if (!self->draft)
                return;
        g_free(self->draft->text);
        self->draft->text = sm_message_entry_text(entry_of(self));
}

/* What somebody edits leaves the screen, and what was there before comes back; or a new one. Returns what was there: the caller's. */
static Draft *take_draft(SmComposer *self)
{
        Draft *draft = self->draft;
        Draft *next = draft->under ? g_steal_pointer(&draft->under) : draft_new(draft->key);

        put_away(self);
        drafts_exchange(self->drafts, next);
        show(self, next);
        return draft;
}

/* ---- Answering and editing ---- */

static void cancel(SmComposer *self)
{
        if (!self->draft)
                return;
        if (self->draft->is_edit) {
                draft_free(take_draft(self));
        } else if (self->draft->quote_id) {
                draft_set_quote(self->draft, NULL, NULL, NULL);
                sm_quote_bar_set(SM_QUOTE_BAR(self->quote), NULL, NULL, NULL);
        } else {
                g_list_store_remove_all(self->draft->files);
        }
        gtk_widget_grab_focus(self->entry);
}

/* Something of this conversation was found, and what is written now can answer it or make way for it. */
static gboolean can_begin(SmComposer *self, const ClientMessage *message, const GError *error)
{
        if (error)
                toast_failure(GTK_WIDGET(self), error);
        if (!message || !self->draft || strcmp(message->conversation, name_of(self)) != 0)
                return FALSE;
        if (self->draft->is_edit)
                cancel(self);
        put_away(self);
        return TRUE;
}

static void quote(Draft *draft, const ClientMessage *message)
{
        g_autofree char *sender = wording_isolated(message->sender);
        g_autofree char *title = draft->is_edit ? g_strdup(_("Editing")) : g_strdup_printf(_("Replying to %s"), sender);

        draft_set_quote(draft, message->id, title, *message->text ? message->text : message->name);
}

/* A lock has taken away what was quoted; or somebody has deleted it meanwhile. */
static void on_quoted(gpointer owner, const ClientMessage *message, const GError *error)
{
        SmComposer *self = owner;

        if (!message || !self->draft || g_strcmp0(self->draft->quote_id, message->id) != 0)
                return;
        if (self->draft->is_edit || strcmp(message->kind, "text") == 0 || strcmp(message->kind, "attachment") == 0)
                quote(self->draft, message);
        else
                draft_set_quote(self->draft, NULL, NULL, NULL);
        show_quote(self, self->draft);
}

static void begin_reply(gpointer owner, const ClientMessage *message, const GError *error)
{
        SmComposer *self = owner;

        if (!can_begin(self, message, error))
                return;
        quote(self->draft, message);
        show(self, self->draft);
        gtk_widget_grab_focus(self->entry);
}

static void begin_edit(gpointer owner, const ClientMessage *message, const GError *error)
{
        SmComposer *self = owner;
        Draft *edit;

        if (message && (!message->outgoing || strcmp(message->kind, "text") != 0)) {
                toast_say(GTK_WIDGET(self), client_failure_sentence(CLIENT_FAILURE_NOT_ALLOWED));
                return;
        }
        if (message && !sm_message_entry_can_show(message->text)) {
                toast_say(GTK_WIDGET(self), client_failure_sentence(CLIENT_FAILURE_TEXT_TOO_LONG));
                return;
        }
        if (!can_begin(self, message, error))
                return;
        edit = draft_new_edit(self->draft->key, message->text);
        quote(edit, message);
        edit->under = drafts_exchange(self->drafts, edit);
        show(self, edit);
        gtk_widget_grab_focus(self->entry);
}

static MessengerMessages *messages_of(SmComposer *self)
{
        return self->daemon && self->draft ? sm_daemon_messages(self->daemon) : NULL;
}

void sm_composer_reply(SmComposer *self, const char *id)
{
        if (messages_of(self))
                message_lookup(messages_of(self), id, self->cancellable, begin_reply, self);
}

void sm_composer_edit(SmComposer *self, const char *id)
{
        if (messages_of(self))
                message_lookup(messages_of(self), id, self->cancellable, begin_edit, self);
}

/* ---- Files ---- */

static void on_file(SmComposer *self, SmOutgoingFile *file)
{
        g_autofree char *problem =
                        outgoing_limit_problem(sm_daemon_account(self->daemon), file, count_files(self));

        if (!problem) {
                g_list_store_append(draft_bottom(self->draft)->files, file);
                return;
        }
        if (count_files(self) >= OUTGOING_FILES_MAX)
                sm_intake_forget_waiting(self->intake);
        toast_say(GTK_WIDGET(self), problem);
}

static void on_failed(SmComposer *self, const GError *error)
{
        toast_say(GTK_WIDGET(self), error->message);
}

static void on_attach(SmComposer *self)
{
        if (takes_files(self))
                file_choice(GTK_WIDGET(self), self->intake);
}

static gboolean on_drop(GtkDropTarget *target, const GValue *value, double x, double y, SmComposer *self)
{
        return takes_files(self) && sm_intake_take_value(self->intake, value);
}

void sm_composer_accept_drops(SmComposer *self, GtkWidget *area)
{
        GtkDropTarget *target = gtk_drop_target_new(G_TYPE_INVALID, GDK_ACTION_COPY);
        GType types[] = {GDK_TYPE_FILE_LIST, GDK_TYPE_TEXTURE};

        gtk_drop_target_set_gtypes(target, types, G_N_ELEMENTS(types));
        g_signal_connect_object(target, "drop", G_CALLBACK(on_drop), self, 0);
        /* Before the entry, which would take the names of files for text. */
        gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(target), GTK_PHASE_CAPTURE);
        gtk_widget_add_controller(area, GTK_EVENT_CONTROLLER(target));
}

/* ---- Writing ---- */

static gboolean on_paste(SmComposer *self, GdkClipboard *clipboard)
{
        return takes_files(self) && sm_intake_take_clipboard(self->intake, clipboard);
}

static void on_too_long(SmComposer *self, const char *text)
{
        if (!takes_files(self)) {
                toast_say(GTK_WIDGET(self), client_failure_sentence(CLIENT_FAILURE_TEXT_TOO_LONG));
                return;
        }
        sm_intake_take_text(self->intake, text, strlen(text));
        toast_say(GTK_WIDGET(self), _("This is very long. It is sent as a file."));
}

static void on_written(SmComposer *self)
{
        if (!self->draft || self->draft->is_edit)
                return;
        if (sm_message_entry_is_empty(entry_of(self)))
                typing_stop(self->typing);
        else
                typing_go_on(self->typing);
}

/* It goes back where it was written. */
static void on_not_sent(gpointer userdata, Draft *taken, const GError *error)
{
        g_autoptr(Draft) rest = taken;
        SmComposer *self = userdata;
        Draft *there;

        if (!self->entry) /* the window is closed */
                return;
        toast_failure(GTK_WIDGET(self), error);
        there = drafts_find(self->drafts, rest->key);
        if (there == self->draft)
                put_away(self);
        if (!rest->is_edit) {
                draft_give_back(draft_bottom(there), g_steal_pointer(&rest));
        } else if (!there->is_edit) {
                rest->under = drafts_exchange(self->drafts, rest);
                if (there == self->draft)
                        self->draft = rest;
                rest = NULL;
        }
        if (sm_daemon_state(self->daemon) != SM_DAEMON_UNLOCKED)
                drafts_lock(self->drafts);
        if (self->draft)
                show(self, self->draft);
}

static void on_send(SmComposer *self)
{
        MessengerMessages *messages = messages_of(self);

        if (!messages || !gtk_widget_get_sensitive(self->send))
                return;
        if (count_files(self) > 0)
                typing_stop(self->typing); /* they arrive later */
        else
                typing_sent(self->typing);
        g_signal_emit(self, sending_signal, 0);
        sending_start(messages, name_of(self), take_draft(self), on_not_sent, g_object_ref(self), g_object_unref);
        gtk_widget_grab_focus(self->entry);
}

static gboolean has_more_than_words(SmComposer *self)
{
        return self->draft && (self->draft->quote_id || count_files(self) > 0);
}

static gboolean on_escape(SmComposer *self)
{
        if (!has_more_than_words(self))
                return FALSE;
        cancel(self);
        return TRUE;
}

static gboolean on_up(SmComposer *self)
{
        if (has_more_than_words(self))
                return FALSE;
        if (messages_of(self))
                message_lookup_last_own(messages_of(self), name_of(self), self->cancellable, begin_edit, self);
        return TRUE;
}

/* ---- The object ---- */

static void forget(SmComposer *self)
{
        if (self->cancellable)
                g_cancellable_cancel(self->cancellable);
        g_clear_object(&self->cancellable);
        if (self->intake)
                g_object_run_dispose(G_OBJECT(self->intake));
        g_clear_object(&self->intake);
        self->typing = typing_free(self->typing);
        g_clear_object(&self->conversation);
        g_clear_pointer(&self->name, g_free);
}

static gboolean sm_composer_grab_focus(GtkWidget *widget)
{
        return gtk_widget_grab_focus(SM_COMPOSER(widget)->entry);
}

static void sm_composer_dispose(GObject *object)
{
        SmComposer *self = SM_COMPOSER(object);

        forget(self);
        self->draft = NULL;
        g_clear_object(&self->daemon);
        gtk_widget_dispose_template(GTK_WIDGET(self), SM_TYPE_COMPOSER);
        G_OBJECT_CLASS(sm_composer_parent_class)->dispose(object);
}

static void sm_composer_finalize(GObject *object)
{
        drafts_free(SM_COMPOSER(object)->drafts);
        G_OBJECT_CLASS(sm_composer_parent_class)->finalize(object);
}

static void sm_composer_class_init(SmComposerClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = sm_composer_dispose;
        G_OBJECT_CLASS(class)->finalize = sm_composer_finalize;
        widget->grab_focus = sm_composer_grab_focus;
        sending_signal = g_signal_new("sending", SM_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
        g_type_ensure(SM_TYPE_MESSAGE_ENTRY);
        g_type_ensure(SM_TYPE_OUTGOING_BAR);
        g_type_ensure(SM_TYPE_QUOTE_BAR);
        gtk_widget_class_set_template_from_resource(widget, "/org/securemessenger/SecureMessenger/composer.ui");
        gtk_widget_class_bind_template_child(widget, SmComposer, quote);
        gtk_widget_class_bind_template_child(widget, SmComposer, files);
        gtk_widget_class_bind_template_child(widget, SmComposer, attach);
        gtk_widget_class_bind_template_child(widget, SmComposer, entry);
        gtk_widget_class_bind_template_child(widget, SmComposer, send);
        gtk_widget_class_bind_template_callback(widget, cancel);
        gtk_widget_class_bind_template_callback(widget, on_attach);
        gtk_widget_class_bind_template_callback(widget, on_escape);
        gtk_widget_class_bind_template_callback(widget, on_paste);
        gtk_widget_class_bind_template_callback(widget, on_send);
        gtk_widget_class_bind_template_callback(widget, on_too_long);
        gtk_widget_class_bind_template_callback(widget, on_up);
        gtk_widget_class_bind_template_callback(widget, on_written);
        gtk_widget_class_bind_template_callback(widget, update);
}

static void sm_composer_init(SmComposer *self)
{
        self->drafts = drafts_new();
        gtk_widget_init_template(GTK_WIDGET(self));
}

void sm_composer_set_conversation(SmComposer *self, SmDaemon *daemon, SmConversation *conversation, const char *name)
{
        put_away(self);
        if (self->conversation)
                sm_conversation_set_draft(self->conversation, self->draft ? self->draft->text : "");
        if (conversation)
                sm_conversation_set_draft(conversation, "");
        forget(self);
        g_set_object(&self->daemon, daemon);
        if (daemon && sm_daemon_state(daemon) == SM_DAEMON_NO_ACCOUNT) {
                self->draft = NULL; /* they were that account's */
                drafts_forget(self->drafts);
        } else if (daemon && sm_daemon_state(daemon) != SM_DAEMON_UNLOCKED) {
                drafts_lock(self->drafts);
        }
        self->conversation = conversation ? g_object_ref(conversation) : NULL;
        self->name = g_strdup(name);
        self->cancellable = g_cancellable_new();
        self->intake = sm_intake_new();
        self->typing = typing_new(conversation);
        g_signal_connect_object(self->intake, "file", G_CALLBACK(on_file), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(self->intake, "failed", G_CALLBACK(on_failed), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(self->intake, "changed", G_CALLBACK(update), self, G_CONNECT_SWAPPED);
        show(self, name ? drafts_find(self->drafts, drafts_key(conversation, name)) : NULL);
        if (messages_of(self) && self->draft->quote_id && !self->draft->quote_title)
                message_lookup(messages_of(self), self->draft->quote_id, self->cancellable, on_quoted, self);
}
