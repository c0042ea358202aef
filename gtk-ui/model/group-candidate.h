/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#define SM_TYPE_GROUP_CANDIDATE (sm_group_candidate_get_type())
G_DECLARE_FINAL_TYPE(SmGroupCandidate, sm_group_candidate, SM, GROUP_CANDIDATE, GObject)

/* Somebody who may be added to a group. The property "chosen" says whether they are to be. */
SmGroupCandidate *sm_group_candidate_new(const char *name);
const char *sm_group_candidate_name(SmGroupCandidate *self);
gboolean sm_group_candidate_is_chosen(SmGroupCandidate *self);
void sm_group_candidate_set_chosen(SmGroupCandidate *self, gboolean is_chosen);

/* By name: a GCompareDataFunc. */
int sm_group_candidate_compare(gconstpointer a, gconstpointer b, gpointer userdata);
