/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* A result of e2ee/group.h as a person is told of it: 0, a Problem, or the negative errno. */
int group_problem(int result);
