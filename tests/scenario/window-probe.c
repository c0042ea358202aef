/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window itself, in a program that opens conversations and measures: with the account's daemon on the session bus, unlocked,
 * and a store that store-filler has filled.
 *
 *     window-probe speed NAME COUNT OTHER COUNT    JSON lines: how long until the newest message of NAME is painted; beside it a
 *                                                  bare list of COUNT rows, and the call on the bus alone; then what is held
 *                                                  when one has scrolled for a while
 *     window-probe memory ROUNDS NAME COUNT...     JSON lines: after each round, in which each is opened and left, the bytes that
 *                                                  are allocated
 */
#include <adwaita.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/connection.h"
#include "gtk-ui/application.h"

enum { TIMES = 15, SCROLLS = 60, PATIENCE_S = 120 };

/* Of an ASan build, whose malloc() is another. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

typedef struct Probe {
        GApplication *application;
        GtkWindow *window;
        char *wanted; /* how the text begins that has to be painted */
        GMainLoop *loop;
        gboolean painted;
} Probe;

static gboolean on_impatience(gpointer userdata)
{
        fprintf(stderr, "window-probe: %s does not come\n", ((Probe *)userdata)->wanted);
        exit(EXIT_FAILURE);
}

/* A widget below this one that is mapped and a label with this text at its beginning. */
static gboolean shows(GtkWidget *widget, const char *text)
{
        if (!gtk_widget_get_mapped(widget))
                return FALSE;
        if (GTK_IS_LABEL(widget) && g_str_has_prefix(gtk_label_get_text(GTK_LABEL(widget)), text))
                return TRUE;
        for (GtkWidget *child = gtk_widget_get_first_child(widget); child; child = gtk_widget_get_next_sibling(child))
                if (shows(child, text))
                        return TRUE;
        return FALSE;
}

static GtkWidget *find(GtkWidget *widget, GType type)
{
        GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE(widget, type) ? widget : NULL;

        for (GtkWidget *child = gtk_widget_get_first_child(widget); child && !found; child = gtk_widget_get_next_sibling(child))
                found = find(child, type);
        return found;
}

static GtkWidget *messages_of(Probe *probe)
{
        return find(GTK_WIDGET(probe->window), g_type_from_name("SmMessageList"));
}

static void on_painted(GdkFrameClock *clock, Probe *probe)
{
        GtkWidget *where = messages_of(probe);

        /* "" is anything at all. */
        probe->painted = !*probe->wanted || shows(where ? where : GTK_WIDGET(probe->window), probe->wanted);
        if (probe->painted)
                g_main_loop_quit(probe->loop);
}

static void wait_painted(Probe *probe)
{
        GdkFrameClock *clock = gtk_widget_get_frame_clock(GTK_WIDGET(probe->window));
        gulong handler = g_signal_connect(clock, "after-paint", G_CALLBACK(on_painted), probe);
        guint timer = g_timeout_add_seconds(PATIENCE_S, on_impatience, probe);

        probe->painted = FALSE;
        gtk_widget_queue_draw(GTK_WIDGET(probe->window));
        g_main_loop_run(probe->loop);
        g_source_remove(timer);
        g_signal_handler_disconnect(clock, handler);
}

static void want(Probe *probe, const char *name, unsigned count)
{
        g_free(probe->wanted);
        probe->wanted = g_strdup_printf("%s %06u", name, count - 1);
}

static double now_ms(void)
{
        return (double)g_get_monotonic_time() / 1000;
}

/* ---- How long it takes ---- */

static double open_conversation(Probe *probe, const char *name, unsigned count)
{
        double begin = now_ms();

        want(probe, name, count);
        g_action_group_activate_action(G_ACTION_GROUP(probe->application), "open-conversation", g_variant_new_string(name));
        wait_painted(probe);
        return now_ms() - begin;
}

static void on_bare_setup(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_list_item_set_child(item, gtk_label_new(NULL));
}

static void on_bare_bind(GtkListItemFactory *factory, GtkListItem *item)
{
        gtk_label_set_text(GTK_LABEL(gtk_list_item_get_child(item)),
                           gtk_string_object_get_string(GTK_STRING_OBJECT(gtk_list_item_get_item(item))));
}

static GtkStringList *bare_rows(const char *name, unsigned count)
{
        GtkStringList *rows = gtk_string_list_new(NULL);

        for (unsigned i = 0; i < count; i++)
                gtk_string_list_take(rows, g_strdup_printf("%s %06u See you at the bridge at seven, and bring the letters.",
                                                           name, count - 1 - i));
        return rows;
}

/* GTK alone: a list of as many lines of text, without anything around it, whose rows are in memory already. */
static double open_bare(const char *name, unsigned count)
{
        Probe probe = {.window = GTK_WINDOW(gtk_window_new()), .loop = g_main_loop_new(NULL, FALSE)};
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        GtkWidget *list = gtk_list_view_new(NULL, factory), *scroller = gtk_scrolled_window_new();
        GtkStringList *rows = bare_rows(name, count);
        double begin, end;

        g_signal_connect(factory, "setup", G_CALLBACK(on_bare_setup), NULL);
        g_signal_connect(factory, "bind", G_CALLBACK(on_bare_bind), NULL);
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroller), list);
        gtk_window_set_child(probe.window, scroller);
        gtk_window_set_default_size(probe.window, 900, 640);
        gtk_window_present(probe.window);
        probe.wanted = g_strdup("");
        wait_painted(&probe);
        begin = now_ms();
        want(&probe, name, count);
        gtk_list_view_set_model(GTK_LIST_VIEW(list), GTK_SELECTION_MODEL(gtk_no_selection_new(G_LIST_MODEL(rows))));
        wait_painted(&probe);
        end = now_ms();
        gtk_window_destroy(probe.window);
        g_main_loop_unref(probe.loop);
        g_free(probe.wanted);
        return end - begin;
}

static double call_history(GDBusConnection *bus, const char *name)
{
        GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
        g_autoptr(GVariant) reply = NULL;
        double begin = now_ms();

        g_variant_builder_add(&options, "{sv}", "limit", g_variant_new_uint32(50));
        reply = g_dbus_connection_call_sync(bus, CLIENT_BUS_NAME, CLIENT_ROOT_PATH, CLIENT_MESSAGES_INTERFACE, "History",
                                            g_variant_new("(sa{sv})", name, &options), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                            NULL, NULL);
        return reply ? now_ms() - begin : (exit(EXIT_FAILURE), 0);
}

/* Whoever scrolls up and up: what the list holds at the most, and how many different messages went by. */
static void scroll(Probe *probe)
{
        GtkWidget *list = find(messages_of(probe), GTK_TYPE_LIST_VIEW);
        GListModel *model = G_LIST_MODEL(gtk_list_view_get_model(GTK_LIST_VIEW(list)));
        GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(list));
        guint most = 0, pages = 0;

        for (int i = 0; i < SCROLLS; i++) {
                g_autoptr(GObject) before = g_list_model_get_item(model, 0), after = NULL;
                gint64 end = g_get_monotonic_time() + G_TIME_SPAN_SECOND * 2;

                gtk_adjustment_set_value(adjustment, 0);
                do {
                        g_main_context_iteration(NULL, FALSE);
                        g_clear_object(&after);
                        after = g_list_model_get_item(model, 0);
                } while (after == before && g_get_monotonic_time() < end);
                pages += after != before;
                most = MAX(most, g_list_model_get_n_items(model));
        }
        printf("{\"figure\": \"pages scrolled back\", \"count\": %u}\n", pages);
        printf("{\"figure\": \"messages held at the most\", \"count\": %u}\n", most);
}

static void speed(Probe *probe, GDBusConnection *bus, char **names)
{
        unsigned count = (unsigned)strtoul(names[1], NULL, 10), other = (unsigned)strtoul(names[3], NULL, 10);

        open_conversation(probe, names[0], count);
        for (int i = 0; i < TIMES; i++) {
                open_conversation(probe, names[2], other);
                printf("{\"figure\": \"open\", \"ms\": %.2f}\n", open_conversation(probe, names[0], count));
                printf("{\"figure\": \"bare list\", \"ms\": %.2f}\n", open_bare(names[0], count));
                printf("{\"figure\": \"call\", \"ms\": %.2f}\n", call_history(bus, names[0]));
        }
        scroll(probe);
}

/* ---- What it leaves behind ---- */

static size_t allocated(void)
{
        if (__sanitizer_get_current_allocated_bytes)
                return __sanitizer_get_current_allocated_bytes();
        return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static void memory(Probe *probe, char **arguments)
{
        unsigned rounds = (unsigned)strtoul(arguments[0], NULL, 10);

        for (unsigned i = 0; i < rounds; i++) {
                for (char **name = arguments + 1; name[0] && name[1]; name += 2)
                        open_conversation(probe, name[0], (unsigned)strtoul(name[1], NULL, 10));
                while (g_main_context_iteration(NULL, FALSE))
                        ;
                printf("{\"figure\": \"allocated\", \"bytes\": %zu}\n", allocated());
        }
}

int main(int argc, char **argv)
{
        g_autoptr(GDBusConnection) bus = client_connect(NULL);
        g_autoptr(SmApplication) application = sm_application_new();
        Probe probe = {.application = G_APPLICATION(application), .loop = g_main_loop_new(NULL, FALSE)};

        if (argc < 5 || !bus) {
                fprintf(stderr, "Usage: window-probe speed NAME COUNT OTHER COUNT | memory ROUNDS NAME COUNT...\n");
                return EXIT_FAILURE;
        }
        if (!g_application_register(probe.application, NULL, NULL))
                return EXIT_FAILURE;
        g_application_activate(probe.application);
        probe.window = gtk_application_get_active_window(GTK_APPLICATION(application));
        if (strcmp(argv[1], "speed") == 0)
                speed(&probe, bus, argv + 2);
        else
                memory(&probe, argv + 2);
        gtk_window_destroy(probe.window);
        g_main_loop_unref(probe.loop);
        g_free(probe.wanted);
        return EXIT_SUCCESS;
}
