// SPDX-License-Identifier: MIT
// implicitmf neighbors and analogy: what is near in a file of vectors, or in a matrix.
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/embeddings/analogy.hpp>
#include <implicitmf/embeddings/word_space.hpp>

#include "command.hpp"
#include "word_source.hpp"

namespace app {

namespace {

/// Prints the answers to one question: a table for people, or adds them to the JSON list.
void report(const imf::Vocabulary& vocabulary, const std::string& question,
            const std::vector<imf::Neighbor>& answers, bool json, Json& all) {
  if (json) {
    Json list = Json::array();
    for (const imf::Neighbor& answer : answers)
      list.push_back(
          {{"word", std::string(vocabulary.word(answer.id))}, {"cosine", answer.cosine}});
    all.push_back({{"query", question}, {"neighbors", std::move(list)}});
    return;
  }
  std::cout << question << '\n';
  for (const imf::Neighbor& answer : answers) {
    char cosine[16];
    std::snprintf(cosine, sizeof cosine, "%8.4f", static_cast<double>(answer.cosine));
    std::cout << cosine << "  " << vocabulary.word(answer.id) << '\n';
  }
}

/// Words of a line of standard input.
std::vector<std::string> split(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

struct QueryCommand {
  CommonArguments common;
  WordSource source;
  std::vector<std::string> words;
  std::size_t top = 10;

  void add_to(CLI::App& command, const char* what) {
    source.add_to(command);
    command.add_option("words", words, what);
    command.add_option("--top", top, "answers to print")
        ->check(whole_number(1))
        ->capture_default_str();
    common.add_to(command);
  }

  /// Ids of all words; complains of each that is not there.
  bool look_up(const imf::Vocabulary& vocabulary, const std::vector<std::string>& names,
               std::vector<imf::WordId>& ids) const {
    bool all = true;
    for (const std::string& name : names) {
      const auto id = vocabulary.find(name);
      if (id) {
        ids.push_back(*id);
        continue;
      }
      std::cerr << "implicitmf: \"" << name << "\" is not among the " << vocabulary.size()
                << " words of " << source.file() << '\n';
      all = false;
    }
    return all;
  }

  /// Answers the words given, or line by line those of standard input.
  template <class Answer>
  void run(Answer&& answer) {
    // Beside --matrix the first word that stands alone is a word, not a file.
    if (!source.counts.empty() && !source.vectors.empty())
      words.insert(words.begin(), std::exchange(source.vectors, {}));
    source.check();
    Json all = Json::array();
    bool complete = true;
    source.with_space(common, [&](const auto& space) {
      if (!words.empty()) {
        complete = answer(space, words, all);
        return;
      }
      for (std::string line; std::getline(std::cin, line);)
        if (const auto names = split(line); !names.empty())
          complete = answer(space, names, all) && complete;
    });
    if (common.json) std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!complete) throw imf::InputError("some words were not found");
  }
};

template <class Space>
bool print_neighbors(const QueryCommand& command, const Space& space,
                     const std::vector<std::string>& names, Json& all) {
  std::vector<imf::WordId> ids;
  const bool found = command.look_up(space.vocabulary(), names, ids);
  const auto answers = imf::nearest_words(space, ids, command.top, command.common.threads);
  for (std::size_t i = 0; i < ids.size(); ++i)
    report(space.vocabulary(), std::string(space.vocabulary().word(ids[i])), answers[i],
           command.common.json, all);
  return found;
}

template <class Space>
bool print_analogy(const QueryCommand& command, const Space& space,
                   const std::vector<std::string>& names, Json& all) {
  if (names.size() != 3)
    throw imf::ConfigError("words",
                           "an analogy takes three words: a b c for \"a is to b as c is "
                           "to ?\"");
  std::vector<imf::WordId> ids;
  if (!command.look_up(space.vocabulary(), names, ids)) return false;
  const imf::AnalogyQuestion question{ids[0], ids[1], ids[2]};
  const auto answers = imf::answer_analogies(
      space, {&question, 1}, {.top = command.top, .threads = command.common.threads});
  report(space.vocabulary(), names[0] + " : " + names[1] + " = " + names[2] + " : ?", answers[0],
         command.common.json, all);
  return true;
}

/// Adds a command that calls answer(command, space, words, list) for words of a space.
template <class Answer>
void add_query(CLI::App& application, const char* name, const char* description, const char* words,
               Answer answer) {
  CLI::App& command = *application.add_subcommand(name, description);
  const auto arguments = std::make_shared<QueryCommand>();
  arguments->add_to(command, words);
  command.callback([arguments, answer] {
    arguments->run([&](const auto& space, const std::vector<std::string>& names, Json& all) {
      return answer(*arguments, space, names, all);
    });
  });
}

}  // namespace

void add_neighbors(CLI::App& application) {
  add_query(application, "neighbors", "Print the words with the nearest vectors.",
            "words; without any, those of standard input",
            [](const auto& command, const auto& space, const auto& names, Json& all) {
              return print_neighbors(command, space, names, all);
            });
}

void add_analogy(CLI::App& application) {
  add_query(application, "analogy", "Answer \"a is to b as c is to ?\".",
            "a b c; without them, three words a line of standard input",
            [](const auto& command, const auto& space, const auto& names, Json& all) {
              return print_analogy(command, space, names, all);
            });
}

}  // namespace app
