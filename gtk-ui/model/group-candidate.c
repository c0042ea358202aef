/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gtk-ui/model/group-candidate.h"

#include <string.h>

struct _SmGroupCandidate {
        GObject parent;
        char *name;
        gboolean is_chosen;
};

G_DEFINE_FINAL_TYPE(SmGroupCandidate, sm_group_candidate, G_TYPE_OBJECT)

enum { CHOSEN = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

static void sm_group_candidate_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
        g_value_set_boolean(value, SM_GROUP_CANDIDATE(object)->is_chosen);
}

static void sm_group_candidate_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
        sm_group_candidate_set_chosen(SM_GROUP_CANDIDATE(object), g_value_get_boolean(value));
}

static void sm_group_candidate_finalize(GObject *object)
{
        g_free(SM_GROUP_CANDIDATE(object)->name);
        G_OBJECT_CLASS(sm_group_candidate_parent_class)->finalize(object);
}

static void sm_group_candidate_class_init(SmGroupCandidateClass *class)
{
        GObjectClass *object = G_OBJECT_CLASS(class);

        object->get_property = sm_group_candidate_get_property;
        object->set_property = sm_group_candidate_set_property;
        object->finalize = sm_group_candidate_finalize;
        properties[CHOSEN] = g_param_spec_boolean("chosen", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
        g_object_class_install_properties(object, PROPERTIES, properties);
}

static void sm_group_candidate_init(SmGroupCandidate *self)
{
}

SmGroupCandidate *sm_group_candidate_new(const char *name)
{
        SmGroupCandidate *self = g_object_new(SM_TYPE_GROUP_CANDIDATE, NULL);

        self->name = g_strdup(name);
        return self;
}

const char *sm_group_candidate_name(SmGroupCandidate *self)
{
        return self->name;
}

gboolean sm_group_candidate_is_chosen(SmGroupCandidate *self)
{
        return self->is_chosen;
}

void sm_group_candidate_set_chosen(SmGroupCandidate *self, gboolean is_chosen)
{
        if (self->is_chosen == is_chosen)
                return;
        self->is_chosen = is_chosen;
        g_object_notify_by_pspec(G_OBJECT(self), properties[CHOSEN]);
}

int sm_group_candidate_compare(gconstpointer a, gconstpointer b, gpointer userdata)
{
        return strcmp(((const SmGroupCandidate *)a)->name, ((const SmGroupCandidate *)b)->name);
}
