// SPDX-License-Identifier: MIT
// implicitmf neighbors and analogy: what is near in a file of vectors.
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <implicitmf/embeddings/analogy.hpp>
#include <implicitmf/embeddings/nearest_neighbors.hpp>
#include <implicitmf/io/vector_file.hpp>

#include "command.hpp"

namespace app {

namespace {

/// Prints the answers to one question: a table for people, or adds them to the JSON list.
void report(const imf::Embeddings& embeddings, const std::string& question,
            const std::vector<imf::Neighbor>& answers, bool json, Json& all) {
  if (json) {
    Json list = Json::array();
    for (const imf::Neighbor& answer : answers)
      list.push_back({{"word", std::string(embeddings.vocabulary().word(answer.id))},
                      {"cosine", answer.cosine}});
    all.push_back({{"query", question}, {"neighbors", std::move(list)}});
    return;
  }
  std::cout << question << '\n';
  for (const imf::Neighbor& answer : answers) {
    char cosine[16];
    std::snprintf(cosine, sizeof cosine, "%8.4f", static_cast<double>(answer.cosine));
    std::cout << cosine << "  " << embeddings.vocabulary().word(answer.id) << '\n';
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
  std::string vectors;
  std::string vocabulary;
  std::vector<std::string> words;
  std::size_t top = 10;
  std::size_t limit = 0;

  void add_to(CLI::App& command, const char* what) {
    command.add_option("vectors", vectors, "file of vectors in any format; - for standard input")
        ->required();
    command.add_option("words", words, what);
    command.add_option("--top", top, "answers to print")
        ->check(whole_number(1))
        ->capture_default_str();
    command.add_option("--limit", limit, "read only the first N words of the file; 0: all")
        ->check(whole_number())
        ->capture_default_str();
    command.add_option("--vocabulary", vocabulary, "words of a NumPy file, if not beside it");
    common.add_to(command);
  }

  /// Ids of all words; complains of each that is not there.
  bool look_up(const imf::Embeddings& embeddings, const std::vector<std::string>& names,
               std::vector<imf::WordId>& ids) const {
    bool all = true;
    for (const std::string& name : names) {
      const auto id = embeddings.vocabulary().find(name);
      if (id) {
        ids.push_back(*id);
        continue;
      }
      std::cerr << "implicitmf: \"" << name << "\" is not among the " << embeddings.size()
                << " words of " << vectors << '\n';
      all = false;
    }
    return all;
  }

  /// Answers the words given, or line by line those of standard input.
  template <class Answer>
  void run(Answer&& answer) const {
    const auto embeddings = imf::load_vectors(
        vectors, {.limit = limit, .words_file = vocabulary, .threads = common.threads});
    Json all = Json::array();
    bool complete = true;
    if (!words.empty()) {
      complete = answer(embeddings, words, all);
    } else {
      for (std::string line; std::getline(std::cin, line);)
        if (const auto names = split(line); !names.empty())
          complete = answer(embeddings, names, all) && complete;
    }
    if (common.json) std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!complete) throw imf::InputError("some words were not found");
  }
};

bool print_neighbors(const QueryCommand& command, const imf::Embeddings& embeddings,
                     const std::vector<std::string>& names, Json& all) {
  std::vector<imf::WordId> ids;
  const bool found = command.look_up(embeddings, names, ids);
  const auto answers =
      imf::NearestNeighbors(embeddings, command.common.threads).of_words(ids, command.top);
  for (std::size_t i = 0; i < ids.size(); ++i)
    report(embeddings, std::string(embeddings.vocabulary().word(ids[i])), answers[i],
           command.common.json, all);
  return found;
}

bool print_analogy(const QueryCommand& command, const imf::Embeddings& embeddings,
                   const std::vector<std::string>& names, Json& all) {
  if (names.size() != 3)
    throw imf::ConfigError("words",
                           "an analogy takes three words: a b c for \"a is to b as c is "
                           "to ?\"");
  std::vector<imf::WordId> ids;
  if (!command.look_up(embeddings, names, ids)) return false;
  const imf::AnalogyQuestion question{ids[0], ids[1], ids[2]};
  const auto answers =
      imf::answer_analogies(embeddings, {&question, 1}, command.top, command.common.threads);
  report(embeddings, names[0] + " : " + names[1] + " = " + names[2] + " : ?", answers[0],
         command.common.json, all);
  return true;
}

void add_query(CLI::App& application, const char* name, const char* description, const char* words,
               bool (*answer)(const QueryCommand&, const imf::Embeddings&,
                              const std::vector<std::string>&, Json&)) {
  CLI::App& command = *application.add_subcommand(name, description);
  const auto arguments = std::make_shared<QueryCommand>();
  arguments->add_to(command, words);
  command.callback([arguments, answer] {
    arguments->run([&](const imf::Embeddings& embeddings, const std::vector<std::string>& names,
                       Json& all) { return answer(*arguments, embeddings, names, all); });
  });
}

}  // namespace

void add_neighbors(CLI::App& application) {
  add_query(application, "neighbors", "Print the words with the nearest vectors.",
            "words; without any, those of standard input", print_neighbors);
}

void add_analogy(CLI::App& application) {
  add_query(application, "analogy", "Answer \"a is to b as c is to ?\".",
            "a b c; without them, three words a line of standard input", print_analogy);
}

}  // namespace app
