// SPDX-License-Identifier: MIT
// implicitmf evaluate: word similarity and analogies.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <implicitmf/evaluation/analogy_set.hpp>
#include <implicitmf/evaluation/similarity_set.hpp>

#include "command.hpp"
#include "word_source.hpp"

namespace app {

namespace {

/// The methods that a name of --method stands for.
const std::map<std::string, std::vector<imf::AnalogyMethod>> methods = {
    {"3cosadd", {imf::AnalogyMethod::cos_add}},
    {"3cosmul", {imf::AnalogyMethod::cos_mul}},
    {"both", {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul}}};
const std::map<std::string, imf::UnknownWords> unknown_words = {
    {"skip", imf::UnknownWords::skip}, {"wrong", imf::UnknownWords::wrong}};

const char* name_of_method(imf::AnalogyMethod method) {
  return method == imf::AnalogyMethod::cos_add ? "3cosadd" : "3cosmul";
}

/// A file as tables name it.
std::string file_name(const std::filesystem::path& file) { return file.filename().string(); }

/// A number with decimals, or a dash where there is none.
std::string decimals(double number, int digits) {
  if (std::isnan(number)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

struct EvaluateCommand {
  CommonArguments common;
  WordSource source;
  std::vector<std::string> similarity;
  std::vector<std::string> analogy;
  std::size_t top_vocabulary = 0;
  imf::UnknownWords unknown = imf::UnknownWords::skip;
  bool match_case = false;
  std::string method = "3cosadd";

  /// Reads all sets first: a fault in the last is found before the work on the first.
  void run() const {
    source.check();
    if (similarity.empty() && analogy.empty())
      throw CLI::RequiredError("--similarity or --analogy");
    std::vector<std::vector<imf::SimilarityPair>> pairs;
    for (const std::string& file : similarity) pairs.push_back(imf::load_similarity_set(file));
    std::vector<std::vector<imf::AnalogySection>> questions;
    for (const std::string& file : analogy) questions.push_back(imf::load_analogy_set(file));
    source.with_space(common, [&](const auto& space) {
      Json report{{"words", space.vocabulary().size()},
                  {"similarity", Json::array()},
                  {"analogy", Json::array()}};
      evaluate_pairs(space, pairs, report["similarity"]);
      for (std::size_t i = 0; i < analogy.size(); ++i)
        for (const imf::AnalogyMethod by : methods.at(method))
          evaluate_questions(space, analogy[i], questions[i], by, report["analogy"]);
      report["options"] = to_json();
      if (common.json)
        std::cout << report.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    });
  }

 private:
  [[nodiscard]] Json to_json() const {
    Json json = source.to_json();
    json.update(Json{{"top_vocab", top_vocabulary},
                     {"oov", name_of(unknown_words, unknown)},
                     {"match_case", match_case}});
    return json;
  }

  template <class Space>
  void evaluate_pairs(const Space& space,
                      const std::vector<std::vector<imf::SimilarityPair>>& pairs,
                      Json& report) const {
    if (!common.json && !pairs.empty())
      std::printf("%-40s %8s %9s / %s\n", "similarity", "Spearman", "covered", "pairs");
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto result = imf::evaluate_similarity(space, pairs[i], {.ignore_case = !match_case});
      if (common.json)
        report.push_back({{"file", similarity[i]},
                          {"spearman", result.spearman},
                          {"covered", result.covered},
                          {"pairs", result.pairs}});
      else
        std::printf("%-40s %8s %9zu / %zu\n", file_name(similarity[i]).c_str(),
                    decimals(result.spearman, 4).c_str(), result.covered, result.pairs);
    }
  }

  template <class Space>
  void evaluate_questions(const Space& space, const std::string& file,
                          const std::vector<imf::AnalogySection>& sections, imf::AnalogyMethod by,
                          Json& report) const {
    const auto result = imf::evaluate_analogies(space, sections,
                                                {.method = by,
                                                 .top_vocabulary = top_vocabulary,
                                                 .ignore_case = !match_case,
                                                 .threads = common.threads});
    if (common.json)
      report.push_back(to_json(file, sections, by, result));
    else
      print(file, sections, by, result);
  }

  [[nodiscard]] Json to_json(const imf::AnalogyScore& score) const {
    return {{"accuracy", score.accuracy(unknown)},
            {"correct", score.correct},
            {"covered", score.covered},
            {"questions", score.questions}};
  }
  [[nodiscard]] Json to_json(const std::string& file,
                             const std::vector<imf::AnalogySection>& sections,
                             imf::AnalogyMethod by, const imf::AnalogyResult& result) const {
    Json list = Json::array();
    for (std::size_t s = 0; s < sections.size(); ++s) {
      Json section{{"name", sections[s].name},
                   {"kind", sections[s].is_syntactic() ? "syntactic" : "semantic"}};
      section.update(to_json(result.sections[s]));
      list.push_back(std::move(section));
    }
    return {{"file", file},
            {"method", name_of_method(by)},
            {"sections", std::move(list)},
            {"semantic", to_json(result.semantic)},
            {"syntactic", to_json(result.syntactic)},
            {"total", to_json(result.total)}};
  }

  void print(const std::string& file, const std::vector<imf::AnalogySection>& sections,
             imf::AnalogyMethod by, const imf::AnalogyResult& result) const {
    const auto row = [&](const std::string& name, const imf::AnalogyScore& score) {
      std::printf("%-40s %8s %8zu %9zu / %zu\n", name.c_str(),
                  decimals(100.0 * score.accuracy(unknown), 2).c_str(), score.correct,
                  score.covered, score.questions);
    };
    std::printf("%-40s %8s %8s %9s / %s\n", (file_name(file) + ", " + name_of_method(by)).c_str(),
                "%", "correct", "covered", "questions");
    for (std::size_t s = 0; s < sections.size(); ++s) row(sections[s].name, result.sections[s]);
    if (result.semantic.questions > 0 && result.syntactic.questions > 0) {
      row("semantic", result.semantic);
      row("syntactic", result.syntactic);
    }
    row("total", result.total);
  }
};

}  // namespace

void add_evaluate(CLI::App& application) {
  CLI::App& command = *application.add_subcommand(
      "evaluate", "Score words on similarity sets and analogy questions.");
  const auto arguments = std::make_shared<EvaluateCommand>();
  arguments->source.add_to(command);
  command.add_option("--similarity", arguments->similarity,
                     "files of pairs, \"word word score\" a line: Spearman's correlation");
  command.add_option("--analogy", arguments->analogy,
                     "files of questions as word2vec's questions-words.txt");
  command
      .add_option("--method", arguments->method,
                  "of analogies: 3cosadd (word2vec's), 3cosmul, both")
      ->check(CLI::IsMember(methods).description(""))
      ->capture_default_str();
  command
      .add_option("--top-vocab", arguments->top_vocabulary,
                  "analogies are asked among the first N words (word2vec: 30000); 0: all")
      ->check(whole_number())
      ->capture_default_str();
  command
      .add_option("--oov", arguments->unknown,
                  "questions with unknown words: skip, or count as wrong")
      ->transform(one_of(unknown_words))
      ->default_str("skip");
  command.add_flag("--match-case", arguments->match_case,
                   "upper and lower case differ (default: the most frequent form stands for all)");
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
