/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/group-problem.h"

#include "daemon/problem.h"
#include "e2ee/group.h"

int group_problem(int result)
{
        if (result <= 0)
                return result;
        switch (result) {
        case GROUP_NOT_ALLOWED:
                return PROBLEM_NOT_AN_ADMIN;
        case GROUP_UNKNOWN_MEMBER:
                return PROBLEM_UNKNOWN_MEMBER;
        case GROUP_ALREADY_MEMBER:
                return PROBLEM_ALREADY_MEMBER;
        case GROUP_LAST_ADMIN:
                return PROBLEM_LAST_ADMIN;
        case GROUP_BAD_NAME:
                return PROBLEM_BAD_GROUP_NAME;
        case GROUP_WRONG_PACKAGE:
                return PROBLEM_KEY_CHANGED;
        case GROUP_TOO_MANY:
        case MLS_GROUP_FULL:
                return PROBLEM_GROUP_FULL;
        case GROUP_NOTHING_TO_DO: /* it is so already */
                return 0;
        case MLS_EXPIRED:
                return PROBLEM_NO_KEY_PACKAGE;
        case MLS_COMMIT_PENDING:
                return PROBLEM_GROUP_BUSY;
        case MLS_NOT_ACTIVE:
                return PROBLEM_NOT_A_MEMBER;
        default:
                return PROBLEM_FAILED;
        }
}
