// SPDX-License-Identifier: MIT
/// \file
/// A small artificial language whose word classes and analogies are known, to try word vectors on.
///
/// Its words stand in tables: "france paris french" is a row, the capitals are a column. A clause
/// is made from a pattern of the word's column and a thing that belongs to the word's row, so words
/// of a column share the pattern's words as contexts, and words of a row share their things. A
/// word's vector is then about the sum of a part for its column and one for its row: neighbours are
/// words of the same column, and paris − france + italy is near rome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <implicitmf/core/random.hpp>

namespace small_language {

using Words = std::vector<std::string_view>;

/// Words that stand in the same places.
struct WordClass {
  std::string_view name;
  Words words;
};

/// "a is to b as c is to d".
struct Analogy {
  std::string_view a, b, c, d;
};

/// Analogies of one relation.
struct AnalogySection {
  std::string name;
  std::vector<Analogy> questions;
};

namespace detail {

/// A column: in its patterns '@' is a word of the column and '*' a thing of the word's row.
struct Column {
  std::string_view name;
  std::vector<Words> patterns;
};

struct Table {
  std::vector<Column> columns;
  Words words;  ///< row by row
  [[nodiscard]] std::size_t rows() const { return words.size() / columns.size(); }
  [[nodiscard]] std::string_view word(std::size_t row, std::size_t column) const {
    return words[row * columns.size() + column];
  }
};

/// The words of a text with single spaces or newlines between them.
inline Words split(std::string_view text) {
  Words words;
  for (;;) {
    const std::size_t end = text.find_first_of(" \n");
    words.push_back(text.substr(0, end));
    if (end == text.npos) return words;
    text.remove_prefix(end + 1);
  }
}

inline Column column(std::string_view name, const Words& patterns) {
  Column made{name, {}};
  for (const std::string_view pattern : patterns) made.patterns.push_back(split(pattern));
  return made;
}

/// The whole language; the first table holds the things.
inline const std::vector<Table>& tables() {
  static const std::vector<Table> all{
      {{column("things",
               {"someone left the @ beside the * overnight", "we repaired the broken @ and the *",
                "the @ belongs next to the * outside"})},
       split("anchor barrel basket bell bench boat bottle bowl box bridge broom bucket candle\n"
             "canoe carpet cart castle chain chair chest clock coat comb cradle crown cup curtain\n"
             "desk door drum engine fan feather fence flag flute fork fountain gate glove guitar\n"
             "hammer harp hat hook jacket jar kettle key kite knife ladder lamp letter lock map\n"
             "mask mirror nail needle net oven paddle painting pen piano pillow pipe plate pot\n"
             "purse ring roof rope rug saddle sail scarf shelf shield shoe shovel sofa spoon\n"
             "statue stove sword table tent ticket torch tower tray trumpet umbrella vase violin\n"
             "wagon wall wheel whistle window wire")},
      {{column("countries", {"the president of @ praised the *", "the borders of @ cross the *",
                             "the army of @ guards the *", "exports from @ include the *"}),
        column("capitals", {"the mayor of @ bought the *", "the streets of @ lead to the *",
                            "the airport at @ shows the *", "downtown @ is proud of the *"}),
        column("languages", {"they speak @ about the *", "the @ grammar mentions the *",
                             "a @ dictionary explains the *", "her poem in @ praises the *"})},
       split("france paris french\ngermany berlin german\nitaly rome italian\n"
             "spain madrid spanish\nportugal lisbon portuguese\ngreece athens greek\n"
             "poland warsaw polish\nrussia moscow russian\njapan tokyo japanese\n"
             "china beijing chinese\nsweden stockholm swedish\nnorway oslo norwegian\n"
             "denmark copenhagen danish\nfinland helsinki finnish\n"
             "hungary budapest hungarian\nturkey ankara turkish\nbulgaria sofia bulgarian\n"
             "romania bucharest romanian\nthailand bangkok thai\nvietnam hanoi vietnamese\n"
             "iceland reykjavik icelandic\nestonia tallinn estonian\nlatvia riga latvian\n"
             "lithuania vilnius lithuanian\nkorea seoul korean\nnepal kathmandu nepali\n"
             "albania tirana albanian\ncroatia zagreb croatian\nserbia belgrade serbian\n"
             "slovakia bratislava slovak\nukraine kyiv ukrainian\narmenia yerevan armenian")},
      {{column("present", {"every day they @ near the *", "we always @ with the *",
                           "children should @ behind the *", "you must never @ for the *"}),
        column("past", {"yesterday they @ near the *", "last week we @ with the *",
                        "long ago people @ behind the *", "in those days he @ for the *"}),
        column("gerund", {"she is now @ near the *", "they keep @ with the *",
                          "we enjoy @ behind the *", "nobody tires of @ for the *"})},
       split("walk walked walking\ndance danced dancing\nlaugh laughed laughing\n"
             "jump jumped jumping\nwork worked working\nplay played playing\n"
             "shout shouted shouting\nwait waited waiting\ncook cooked cooking\n"
             "smile smiled smiling\nclimb climbed climbing\nwhisper whispered whispering\n"
             "sing sang singing\nswim swam swimming\nrun ran running\nwrite wrote writing\n"
             "drive drove driving\nfly flew flying\nfight fought fighting\n"
             "dream dreamt dreaming\nstand stood standing\nsit sat sitting\n"
             "fall fell falling\nrise rose rising\nweep wept weeping\ndig dug digging\n"
             "creep crept creeping\nkneel knelt kneeling\nswing swung swinging\n"
             "ride rode riding")},
      {{column("singular", {"a @ sleeps under the *", "this hungry @ sniffs the *",
                            "each wild @ fears the *", "some little @ has found the *"}),
        column("plural", {"many @ sleep under the *", "these hungry @ sniff the *",
                          "most wild @ fear the *", "several little @ have found the *"})},
       split("cat cats\ndog dogs\nhorse horses\ncow cows\npig pigs\nlion lions\ntiger tigers\n"
             "bear bears\nrabbit rabbits\nfrog frogs\nsnake snakes\neagle eagles\nowl owls\n"
             "duck ducks\nmonkey monkeys\nelephant elephants\ncamel camels\ndonkey donkeys\n"
             "spider spiders\nbee bees\nmouse mice\ngoose geese\nox oxen\nwolf wolves\n"
             "calf calves\nfox foxes\npony ponies\nbutterfly butterflies\nlynx lynxes\n"
             "finch finches")},
      {{column("men", {"the bearded @ carries his *", "he is the @ with the *",
                       "mister smith the @ sells the *", "the @ himself owns the *"}),
        column("women", {"the veiled @ carries her *", "she is the @ with the *",
                         "missus smith the @ sells the *", "the @ herself owns the *"})},
       split("man woman\nking queen\nboy girl\nfather mother\nbrother sister\nson daughter\n"
             "uncle aunt\nnephew niece\nhusband wife\ngrandfather grandmother\n"
             "grandson granddaughter\nprince princess\nduke duchess\nbaron baroness\n"
             "emperor empress\nactor actress\nwaiter waitress\nsteward stewardess\n"
             "host hostess\nhero heroine\nheir heiress\npriest priestess\nmonk nun\n"
             "wizard witch\ngroom bride\nlandlord landlady\npoliceman policewoman\n"
             "salesman saleswoman\nlord lady\ngod goddess")},
      {{column("positive", {"the * looks very @ today", "such a @ sort of *", "how @ was the *",
                            "it seems too @ for a *"}),
        column("comparative", {"the * looks even @ than before", "a much @ sort of *",
                               "slightly @ than the *", "it grew somewhat @ than a *"}),
        column("superlative", {"the * looks @ among its peers", "by far the @ sort of *",
                               "the second @ of every *", "it remained the world 's @ *"})},
       split("tall taller tallest\nshort shorter shortest\nlarge larger largest\n"
             "small smaller smallest\nfast faster fastest\nslow slower slowest\n"
             "strong stronger strongest\nweak weaker weakest\nwarm warmer warmest\n"
             "cold colder coldest\nbright brighter brightest\ndark darker darkest\n"
             "heavy heavier heaviest\nlight lighter lightest\nrich richer richest\n"
             "poor poorer poorest\nsoft softer softest\nhard harder hardest\n"
             "clean cleaner cleanest\nsweet sweeter sweetest\ngood better best\n"
             "bad worse worst\nwide wider widest\nnarrow narrower narrowest\n"
             "old older oldest\nyoung younger youngest\ncheap cheaper cheapest\n"
             "sharp sharper sharpest")},
      {{column("numbers", {"exactly @ times the * moved", "add @ percent to the *",
                           "after @ minutes the * vanished"})},
       split("one two three four five six seven eight nine ten eleven twelve thirteen fourteen\n"
             "fifteen sixteen seventeen eighteen nineteen twenty")},
      {{column("colours",
               {"paint the * in @ ink", "a pale @ stain on the *", "dyed @ like the *"})},
       split("red green blue yellow orange purple pink brown black white grey silver golden\n"
             "violet scarlet crimson turquoise beige")},
      {{column("months", {"early in @ the * arrives", "until late @ the * remains",
                          "the * is due on the first of @"})},
       split("january february march april may june july august september october november\n"
             "december")},
  };
  return all;
}

template <class T>
const T& pick(const std::vector<T>& from, implicitmf::RandomStream& random) {
  return from[random.below(static_cast<std::uint32_t>(from.size()))];
}

/// One of the four things of a row; which four is a fact of the language, the same in all texts.
inline std::string_view pick_thing(std::size_t table, std::size_t row,
                                   implicitmf::RandomStream& random) {
  const Words& things = tables().front().words;
  const implicitmf::RandomStream facts(0, implicitmf::RandomPurpose::test_data, table, row + 1);
  return things[facts.at(random.below(4)) % things.size()];
}

inline void append_clause(Words& sentence, implicitmf::RandomStream& random) {
  const auto below = [&random](std::size_t bound) {
    return std::size_t{random.below(static_cast<std::uint32_t>(bound))};
  };
  const std::size_t t = below(tables().size());
  const Table& table = tables()[t];
  const std::size_t row = below(table.rows());
  const std::size_t column = below(table.columns.size());
  for (const std::string_view word : pick(table.columns[column].patterns, random))
    sentence.push_back(word == "@"   ? table.word(row, column)
                       : word == "*" ? pick_thing(t, row, random)
                                     : word);
}

}  // namespace detail

/// Sentence `index` of the text of a seed: one clause or two, seven words or so each.
inline Words sentence(std::uint64_t index, std::uint64_t seed = 1) {
  static const Words conjunctions{"and", "but", "while", "because"};
  implicitmf::RandomStream random(seed, implicitmf::RandomPurpose::test_data, index);
  Words words;
  detail::append_clause(words, random);
  if (random.below(3) == 0) {
    words.push_back(detail::pick(conjunctions, random));
    detail::append_clause(words, random);
  }
  return words;
}

/// The first `count` sentences of the text of a seed.
inline std::vector<Words> sentences(std::size_t count, std::uint64_t seed = 1) {
  std::vector<Words> text;
  text.reserve(count);
  for (std::size_t i = 0; i < count; ++i) text.push_back(sentence(i, seed));
  return text;
}

/// The classes, one for each column.
inline std::vector<WordClass> word_classes() {
  std::vector<WordClass> classes;
  for (const detail::Table& table : detail::tables())
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      WordClass& made = classes.emplace_back(WordClass{table.columns[column].name, {}});
      for (std::size_t row = 0; row < table.rows(); ++row)
        made.words.push_back(table.word(row, column));
    }
  return classes;
}

/// The name of a word's class; empty for words of none.
inline std::string_view class_of(std::string_view word) {
  for (const detail::Table& table : detail::tables())
    for (std::size_t i = 0; i < table.words.size(); ++i)
      if (table.words[i] == word) return table.columns[i % table.columns.size()].name;
  return {};
}

/// The analogies: each column after the first against the first, for each two rows.
inline std::vector<AnalogySection> analogies() {
  std::vector<AnalogySection> sections;
  for (const detail::Table& table : detail::tables())
    for (std::size_t column = 1; column < table.columns.size(); ++column) {
      AnalogySection& made = sections.emplace_back();
      made.name.append(table.columns[0].name).append("-").append(table.columns[column].name);
      for (std::size_t i = 0; i < table.rows(); ++i)
        for (std::size_t j = 0; j < table.rows(); ++j)
          if (i != j)
            made.questions.push_back(
                {table.word(i, 0), table.word(i, column), table.word(j, 0), table.word(j, column)});
    }
  return sections;
}

}  // namespace small_language
