/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/sas-emoji.h"

#include <assert.h>

#include "e2ee/sas.h"

/* For translators, as a Pin may be another thing elsewhere; a program translates what it shows. */
#define NC_(context, text) text

static const SasEmoji table[] = {
                {"🐶", NC_("emoji", "Dog")},
                {"🐱", NC_("emoji", "Cat")},
                {"🦁", NC_("emoji", "Lion")},
                {"🐎", NC_("emoji", "Horse")},
                {"🦄", NC_("emoji", "Unicorn")},
                {"🐷", NC_("emoji", "Pig")},
                {"🐘", NC_("emoji", "Elephant")},
                {"🐰", NC_("emoji", "Rabbit")},
                {"🐼", NC_("emoji", "Panda")},
                {"🐓", NC_("emoji", "Rooster")},
                {"🐧", NC_("emoji", "Penguin")},
                {"🐢", NC_("emoji", "Turtle")},
                {"🐟", NC_("emoji", "Fish")},
                {"🐙", NC_("emoji", "Octopus")},
                {"🦋", NC_("emoji", "Butterfly")},
                {"🌷", NC_("emoji", "Flower")},
                {"🌳", NC_("emoji", "Tree")},
                {"🌵", NC_("emoji", "Cactus")},
                {"🍄", NC_("emoji", "Mushroom")},
                {"🌏", NC_("emoji", "Globe")},
                {"🌙", NC_("emoji", "Moon")},
                {"☁️", NC_("emoji", "Cloud")},
                {"🔥", NC_("emoji", "Fire")},
                {"🍌", NC_("emoji", "Banana")},
                {"🍎", NC_("emoji", "Apple")},
                {"🍓", NC_("emoji", "Strawberry")},
                {"🌽", NC_("emoji", "Corn")},
                {"🍕", NC_("emoji", "Pizza")},
                {"🎂", NC_("emoji", "Cake")},
                {"❤️", NC_("emoji", "Heart")},
                {"😀", NC_("emoji", "Smiley")},
                {"🤖", NC_("emoji", "Robot")},
                {"🎩", NC_("emoji", "Hat")},
                {"👓", NC_("emoji", "Glasses")},
                {"🔧", NC_("emoji", "Spanner")},
                {"🎅", NC_("emoji", "Santa")},
                {"👍", NC_("emoji", "Thumbs Up")},
                {"☂️", NC_("emoji", "Umbrella")},
                {"⌛", NC_("emoji", "Hourglass")},
                {"⏰", NC_("emoji", "Clock")},
                {"🎁", NC_("emoji", "Gift")},
                {"💡", NC_("emoji", "Light Bulb")},
                {"📕", NC_("emoji", "Book")},
                {"✏️", NC_("emoji", "Pencil")},
                {"📎", NC_("emoji", "Paperclip")},
                {"✂️", NC_("emoji", "Scissors")},
                {"🔒", NC_("emoji", "Lock")},
                {"🔑", NC_("emoji", "Key")},
                {"🔨", NC_("emoji", "Hammer")},
                {"☎️", NC_("emoji", "Telephone")},
                {"🏁", NC_("emoji", "Flag")},
                {"🚂", NC_("emoji", "Train")},
                {"🚲", NC_("emoji", "Bicycle")},
                {"✈️", NC_("emoji", "Aeroplane")},
                {"🚀", NC_("emoji", "Rocket")},
                {"🏆", NC_("emoji", "Trophy")},
                {"⚽", NC_("emoji", "Ball")},
                {"🎸", NC_("emoji", "Guitar")},
                {"🎺", NC_("emoji", "Trumpet")},
                {"🔔", NC_("emoji", "Bell")},
                {"⚓", NC_("emoji", "Anchor")},
                {"🎧", NC_("emoji", "Headphones")},
                {"📁", NC_("emoji", "Folder")},
                {"📌", NC_("emoji", "Pin")},
};
static_assert(sizeof(table) / sizeof(table[0]) == SAS_EMOJI_KINDS, "six bits choose one");

const SasEmoji *sas_emoji(unsigned number)
{
        return number < SAS_EMOJI_KINDS ? &table[number] : NULL;
}
