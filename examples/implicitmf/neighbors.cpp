// SPDX-License-Identifier: MIT
// implicitmf neighbors and analogy: what is near in a file of vectors, or in a matrix.
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/text.hpp>
#include <implicitmf/corpus/near_spellings.hpp>
#include <implicitmf/embeddings/analogy.hpp>
#include <implicitmf/embeddings/predicted_contexts.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/io/vector_file.hpp>

#include "command.hpp"
#include "word_source.hpp"

namespace app {

namespace {

/// A table for people: words with what they score, best first.
void print_scores(const std::string& title, const imf::Vocabulary& vocabulary,
                  const std::vector<imf::Neighbor>& scored) {
  std::cout << title << '\n';
  for (const imf::Neighbor& one : scored) {
    char score[32];
    std::snprintf(score, sizeof score, "%8.4f", static_cast<double>(one.cosine));
    std::cout << score << "  " << vocabulary.word(one.id) << '\n';
  }
}

/// The same for machines; `word` and `score` are what these are called.
Json list_of(const char* word, const char* score, const imf::Vocabulary& vocabulary,
             const std::vector<imf::Neighbor>& scored) {
  Json list = Json::array();
  for (const imf::Neighbor& one : scored)
    list.push_back({{word, std::string(vocabulary.word(one.id))}, {score, one.cosine}});
  return list;
}

/// Prints the contexts of a word, or adds them to its place in the JSON list.
void report_contexts(const imf::Vocabulary& contexts, const std::string& word,
                     const std::vector<imf::Neighbor>& products, bool json, Json& all) {
  if (json)
    all.back()["contexts"] = list_of("context", "product", contexts, products);
  else
    print_scores("contexts of " + word, contexts, products);
}

/// Prints the answers to one question, or adds them to the JSON list.
void report(const imf::Vocabulary& vocabulary, const std::string& question,
            const std::vector<imf::Neighbor>& answers, bool json, Json& all) {
  if (json)
    all.push_back(
        {{"query", question}, {"neighbors", list_of("word", "cosine", vocabulary, answers)}});
  else
    print_scores(question, vocabulary, answers);
}

using Words = std::vector<std::string>;

/// Words of a line of standard input.
Words split(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The words of the next lines, empty at the end: one line or more, but no more than are there, so
/// that whoever waits for an answer before the next line gets it.
std::vector<Words> read_lines() {
  constexpr std::size_t most_lines = 1024;
  std::vector<Words> lines;
  while (lines.empty() || (lines.size() < most_lines && std::cin.rdbuf()->in_avail() > 0)) {
    std::string line;
    if (!std::getline(std::cin, line)) break;
    if (Words words = split(line); !words.empty()) lines.push_back(std::move(words));
  }
  return lines;
}

struct QueryCommand {
  CommonArguments common;
  WordSource source;
  Words words;
  std::size_t top = 10;
  imf::AnalogyMethod method = imf::AnalogyMethod::cos_add;
  std::string contexts_file;
  std::optional<imf::Embeddings> contexts;

  void add_to(CLI::App& command, const char* what) {
    source.add_to(command);
    command.add_option("words", words, what);
    command.add_option("--top", top, "answers to print")
        ->check(whole_number(1))
        ->capture_default_str();
    common.add_to(command);
  }

  /// Ids of all words; complains of each that is not there.
  bool look_up(const imf::Vocabulary& vocabulary, const Words& names,
               std::vector<imf::WordId>& ids) const {
    bool all = true;
    for (const std::string& name : names) {
      const auto id = vocabulary.find(name);
      if (id) {
        ids.push_back(*id);
        continue;
      }
      std::cerr << "implicitmf: " << imf::in_quotes(name) << " is not among the "
                << vocabulary.size() << " words of " << source.file();
      const char* before = "; did you mean ";
      for (const imf::WordId near : imf::near_spellings(vocabulary, name)) {
        std::cerr << before << vocabulary.word(near);
        before = ", ";
      }
      std::cerr << (*before == ',' ? "?\n" : "\n");
      all = false;
    }
    return all;
  }

  /// Answers the words given, or those of the lines of standard input.
  template <class Answer>
  void run(Answer&& answer) {
    // Beside --matrix the first word that stands alone is a word, not a file.
    if (!source.counts.empty() && !source.vectors.empty())
      words.insert(words.begin(), std::exchange(source.vectors, {}));
    source.check();
    if (!contexts_file.empty())
      contexts.emplace(imf::load_vectors(contexts_file, {.threads = common.threads}));
    Json all = Json::array();
    bool complete = true;
    source.with_space(common, [&](const auto& space) {
      if (!words.empty()) {
        complete = answer(space, std::vector<Words>{words}, all);
        return;
      }
      // With a buffer of its own the stream can tell what is there to be read.
      std::ios::sync_with_stdio(false);
      for (auto lines = read_lines(); !lines.empty(); lines = read_lines())
        complete = answer(space, lines, all) && complete;
    });
    if (common.json) std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!complete) throw imf::InputError("some questions were not answered");
  }
};

/// Prints the words nearest to each word of the lines; false if some are unknown.
template <class Space>
bool print_neighbors(const QueryCommand& command, const Space& space,
                     const std::vector<Words>& lines, Json& all) {
  std::vector<imf::WordId> ids;
  bool found = true;
  for (const Words& names : lines) found = command.look_up(space.vocabulary(), names, ids) && found;
  const auto answers = imf::nearest_words(space, ids, command.top, command.common.threads);
  std::vector<std::vector<imf::Neighbor>> products;
  if constexpr (requires { space.embeddings(); })
    if (command.contexts)
      products = imf::predicted_contexts(space.embeddings(), ids, *command.contexts, command.top,
                                         command.common.threads);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string word(space.vocabulary().word(ids[i]));
    report(space.vocabulary(), word, answers[i], command.common.json, all);
    if (command.contexts)
      report_contexts(command.contexts->vocabulary(), word, products[i], command.common.json, all);
  }
  return found;
}

/// Prints the answers to the question of each line; false if some are none.
template <class Space>
bool print_analogies(const QueryCommand& command, const Space& space,
                     const std::vector<Words>& lines, Json& all) {
  constexpr const char* needed =
      "an analogy takes three words: a b c for \"a is to b as c is to ?\"";
  if (!command.words.empty() && command.words.size() != 3) throw imf::ConfigError("words", needed);
  std::vector<imf::AnalogyQuestion> questions;
  bool found = true;
  for (const Words& names : lines) {
    std::vector<imf::WordId> ids;
    if (names.size() != 3) {
      std::cerr << "implicitmf: " << needed << "; not the " << names.size() << " from "
                << imf::in_quotes(names.front()) << '\n';
      found = false;
    } else if (command.look_up(space.vocabulary(), names, ids)) {
      questions.push_back({ids[0], ids[1], ids[2]});
    } else {
      found = false;
    }
  }
  const auto answers = imf::answer_analogies(
      space, questions,
      {.method = command.method, .top = command.top, .threads = command.common.threads});
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto word = [&](imf::WordId id) { return std::string(space.vocabulary().word(id)); };
    const auto [a, b, c] = questions[i];
    report(space.vocabulary(), word(a) + " : " + word(b) + " = " + word(c) + " : ?", answers[i],
           command.common.json, all);
  }
  return found;
}

/// Adds a command that calls answer(command, space, lines, list) for words of a space.
template <class Answer>
std::pair<CLI::App&, QueryCommand&> add_query(CLI::App& application, const char* name,
                                              const char* description, const char* words,
                                              Answer answer) {
  CLI::App& command = *application.add_subcommand(name, description);
  const auto arguments = std::make_shared<QueryCommand>();
  arguments->add_to(command, words);
  command.callback([arguments, answer] {
    arguments->run([&](const auto& space, const std::vector<Words>& lines, Json& all) {
      return answer(*arguments, space, lines, all);
    });
  });
  return {command, *arguments};
}

}  // namespace

void add_neighbors(CLI::App& application) {
  auto [command, arguments] =
      add_query(application, "neighbors", "Print the words with the nearest vectors.",
                "words; without any, those of standard input",
                [](const auto& query, const auto& space, const auto& lines, Json& all) {
                  return print_neighbors(query, space, lines, all);
                });
  command
      .add_option("--contexts", arguments.contexts_file,
                  "also print the contexts that each word predicts, by w . c: file of context "
                  "vectors (train --context-output)")
      ->excludes(command.get_option("--matrix"));
}

void add_analogy(CLI::App& application) {
  auto [command, arguments] =
      add_query(application, "analogy", "Answer \"a is to b as c is to ?\".",
                "a b c; without them, three words a line of standard input",
                [](const auto& query, const auto& space, const auto& lines, Json& all) {
                  return print_analogies(query, space, lines, all);
                });
  command.add_option("--method", arguments.method, "3cosadd (word2vec's), 3cosmul")
      ->transform(one_of<imf::AnalogyMethod>(
          {{"3cosadd", imf::AnalogyMethod::cos_add}, {"3cosmul", imf::AnalogyMethod::cos_mul}}))
      ->default_str("3cosadd");
}

}  // namespace app
