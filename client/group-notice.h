/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What a notice of a group tells, in one sentence: who did it, and whom or what it is about, each as it is to stand there. Newly
 * allocated; NULL for another kind, and for "group-lost", of which each program says what it can do about it.
 */
char *client_group_notice(const char *kind, const char *sender, const char *subject);
