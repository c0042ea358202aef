/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gtk-ui/model/group-candidate.h"

#define SM_TYPE_GROUP_CANDIDATE_ROW (sm_group_candidate_row_get_type())
G_DECLARE_FINAL_TYPE(SmGroupCandidateRow, sm_group_candidate_row, SM, GROUP_CANDIDATE_ROW, GtkCheckButton)

/* A check button for somebody who may be added to a group. It takes no focus: the row that it is in does. */
SmGroupCandidateRow *sm_group_candidate_row_new(void);
void sm_group_candidate_row_set_candidate(SmGroupCandidateRow *self, SmGroupCandidate *candidate); /* NULL: nobody */
