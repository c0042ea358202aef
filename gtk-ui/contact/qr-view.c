/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/contact/qr-view.h"

#include "client/qr-code.h"

enum { SIDE_MIN = 160, SIDE = 240 }; /* pixels */

struct _SmQrView {
        GtkWidget parent;
        ClientQrCode *code;
};

G_DEFINE_FINAL_TYPE(SmQrView, sm_qr_view, GTK_TYPE_WIDGET)

static void sm_qr_view_measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                               int *minimum_baseline, int *natural_baseline)
{
        *minimum = SIDE_MIN;
        *natural = SIDE;
}

/* A module is a whole number of pixels, so that its edges are sharp. What that leaves over is more quiet zone. */
static void sm_qr_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
        static const GdkRGBA light = {1, 1, 1, 1}, dark = {0, 0, 0, 1};
        SmQrView *self = SM_QR_VIEW(widget);
        int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget), side = MIN(width, height);
        int size, module, left, top;
        GskRoundedRect card;

        if (!self->code)
                return;
        size = client_qr_code_size(self->code);
        module = MAX(1, side / size);
        left = (width - module * size) / 2;
        top = (height - module * size) / 2;
        gsk_rounded_rect_init_from_rect(&card,
                                        &GRAPHENE_RECT_INIT((float)(width - side) / 2, (float)(height - side) / 2,
                                                            (float)side, (float)side),
                                        12);
        gtk_snapshot_push_rounded_clip(snapshot, &card);
        gtk_snapshot_append_color(snapshot, &light, &card.bounds);
        gtk_snapshot_pop(snapshot);
        for (int y = 0; y < size; y++)
                for (int x = 0; x < size; x++)
                        if (client_qr_code_is_dark(self->code, x, y))
                                gtk_snapshot_append_color(snapshot, &dark,
                                                          &GRAPHENE_RECT_INIT((float)(left + x * module),
                                                                              (float)(top + y * module), (float)module,
                                                                              (float)module));
}

static void sm_qr_view_finalize(GObject *object)
{
        client_qr_code_free(SM_QR_VIEW(object)->code);
        G_OBJECT_CLASS(sm_qr_view_parent_class)->finalize(object);
}

static void sm_qr_view_class_init(SmQrViewClass *class)
{
        GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->finalize = sm_qr_view_finalize;
        widget->measure = sm_qr_view_measure;
        widget->snapshot = sm_qr_view_snapshot;
        gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void sm_qr_view_init(SmQrView *self)
{
}

void sm_qr_view_set_text(SmQrView *self, const char *text)
{
        self->code = client_qr_code_free(self->code);
        self->code = client_qr_code_new(text);
        gtk_widget_queue_draw(GTK_WIDGET(self));
}
