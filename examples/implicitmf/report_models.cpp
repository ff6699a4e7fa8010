// SPDX-License-Identifier: MIT
// What a report is made of: vectors, their records, and what is measured of them.
#include <algorithm>
#include <map>
#include <utility>

#include <implicitmf/core/file_bytes.hpp>
#include <implicitmf/embeddings/word_space.hpp>
#include <implicitmf/io/count_file.hpp>
#include <implicitmf/io/vector_file.hpp>
#include <implicitmf/objectives/global_objective.hpp>

#include "report.hpp"
#include "word_source.hpp"

namespace app {

namespace {

constexpr std::size_t density_bins = 96;
constexpr std::size_t deviation_samples = 1'000'000;
constexpr std::size_t shown_neighbors = 8;
constexpr std::size_t sampled_words = 12;
constexpr std::size_t most_record_bytes = 16 << 20;
constexpr int most_record_levels = 16;

/// The record beside vectors, or null where none is.
Json load_record(const std::string& vectors) {
  const std::filesystem::path path = record_beside(vectors);
  if (!std::filesystem::exists(path)) return {};
  imf::FileBytes file(path);
  if (std::filesystem::file_size(path) > most_record_bytes)
    throw imf::InputError(path.string() + ": no record of a training: above 16 MiB");
  Json record;
  try {
    // Of a deeply nested value each level would take a frame of the stack later.
    record = Json::parse(file.all(), [&](int depth, Json::parse_event_t, Json&) {
      if (depth > most_record_levels)
        throw imf::InputError(path.string() + ": no record of a training: nested too deeply");
      return true;
    });
  } catch (const Json::parse_error& error) {
    throw imf::InputError(path.string() + ": no record of a training: byte " +
                          std::to_string(error.byte) + " is no JSON");
  }
  const auto version = number_at(record, "record");
  if (!version)
    throw imf::InputError(path.string() + ": no record of a training: it has no \"record\"");
  if (*version != record_version)
    throw imf::InputError(path.string() + ": a record of version " + std::to_string(*version) +
                          "; this program reads " + std::to_string(record_version));
  return record;
}

/// The options of a record; none where there are none.
Json options_of(const ReportModel& model) {
  const Json options = model.record.is_object() ? model.record.value("options", Json()) : Json();
  return options.is_object() ? options : Json::object();
}

/// Refuses a record that was left by other vectors of the same name.
void check_record(const ReportModel& model) {
  const Json options = options_of(model);
  const auto dimension = number_at(options, "dim");
  const auto words = model.number("vocabulary");
  const bool of_contexts = options.value("vectors", Json()) == Json("c");
  if ((!dimension || *dimension == static_cast<double>(model.dimension)) &&
      (of_contexts || !words || *words == static_cast<double>(model.size)))
    return;
  throw imf::InputError(record_beside(model.file).string() + ": is not the record of " +
                        model.file + ", which has " + std::to_string(model.size) + " vectors of " +
                        std::to_string(model.dimension) + " dimensions: remove it, or train anew");
}

/// A file that a record names, as seen from here; "" where it names none.
std::string file_of(const ReportModel& model, const std::string& key) {
  if (!model.record.contains("files")) return {};
  const Json& files = model.record["files"];
  if (!files.is_object() || !files.contains(key) || !files[key].is_string()) return {};
  return (record_beside(model.file).parent_path() / files[key].get<std::string>()).string();
}

/// Why there can be nothing to compare with PMI − log k; "" where there can.
std::string missing_for_theorem(const ReportModel& model, const ReportOptions& options) {
  if (model.record.is_null()) return "it has no record, so its context vectors are unknown";
  const std::string method = model.text("method");
  if (method == "glove") return "GloVe fits logarithms of counts, not PMI − log k";
  if (options_of(model).value("vectors", Json()) != Json("w"))
    return "its file does not hold w alone";
  const std::string contexts = file_of(model, "contexts");
  if (contexts.empty()) return "its context vectors were not kept (train --context-output)";
  if (!std::filesystem::exists(contexts)) return "its context vectors are gone: " + contexts;
  if (!options.counts_file.empty()) return {};
  const std::string counts = file_of(model, "counts");
  if (counts.empty()) return "its counts are in no file: name one by --counts";
  if (!std::filesystem::exists(counts)) return "its counts are gone: " + counts;
  return {};
}

TheoremFigures measure_theorem(const ReportModel& model, const std::string& counts_file,
                               std::size_t threads) {
  const Json& used = model.record["options"];
  const auto counts = imf::load_counts(counts_file);
  const auto words = rows_in_order(model.file, counts.words(), "words");
  const auto contexts = rows_in_order(file_of(model, "contexts"), counts.contexts(), "contexts");
  TheoremFigures figures;
  figures.negatives = number_at(used, "negatives").value_or(1.0);
  figures.smoothing = number_at(used, "smoothing").value_or(1.0);
  const imf::GlobalObjective<> objective(
      counts,
      imf::SGNSObjective(counts, figures.negatives,
                         imf::SmoothedContexts{.alpha = figures.smoothing}),
      words.rows(), contexts.rows());
  imf::ThreadTeam team(threads);
  figures.density = imf::association_density(objective, words, contexts, density_bins, team);
  figures.observed_deviation = objective.deviation(objective.observed_value(words, contexts, team));
  const imf::SampledValue value =
      imf::ObjectiveSample(objective, deviation_samples, 1).value(words, contexts, team);
  figures.deviation = objective.deviation(value.value);
  figures.standard_error = value.standard_error / -objective.optimum();
  return figures;
}

void add_theorem(ReportModel& model, const ReportOptions& options) {
  model.no_theorem = missing_for_theorem(model, options);
  if (!model.no_theorem.empty()) return;
  const bool named = !options.counts_file.empty();
  model.theorem = measure_theorem(model, named ? options.counts_file : file_of(model, "counts"),
                                  options.common.threads);
}

/// The most frequent words: those that come first. Their directions, as cosines compare them.
WordMap make_map(const imf::Embeddings& embeddings, const ReportOptions& options) {
  const std::size_t shown = std::min(options.top, embeddings.size());
  WordMap map;
  imf::AlignedMatrix rows(shown, embeddings.dimension());
  for (imf::WordId id = 0; id < shown; ++id) {
    map.words.emplace_back(embeddings.vocabulary().word(id));
    const float norm = embeddings.norm(id);
    if (norm > 0.0F)
      std::ranges::transform(embeddings.vector(id), rows.row_data(id),
                             [norm](float x) { return x / norm; });
  }
  const std::size_t components = std::min({std::size_t{2}, rows.rows(), rows.cols()});
  map.components = imf::principal_components(std::move(rows), components, options.common.threads);
  return map;
}

void add_neighbors(const imf::Embeddings& embeddings, const std::vector<std::string>& words,
                   std::size_t threads, ReportModel& model) {
  std::vector<imf::WordId> ids;
  for (const std::string& word : words)
    if (const auto id = embeddings.vocabulary().find(word)) ids.push_back(*id);
  const auto found =
      imf::nearest_words(imf::DenseRows<>(embeddings), ids, shown_neighbors, threads);
  std::size_t next = 0;
  for (const std::string& word : words) {
    auto& list = model.neighbors.emplace_back();
    if (!embeddings.vocabulary().find(word)) continue;
    list.emplace();
    for (const imf::Neighbor& neighbor : found[next++])
      list->emplace_back(embeddings.vocabulary().word(neighbor.id), neighbor.cosine);
  }
}

/// Words at even distances among the most frequent of a model.
std::vector<std::string> sample_words(const imf::Vocabulary& vocabulary, std::size_t top) {
  const std::size_t among = std::min(vocabulary.size(), top);
  const std::size_t shown = std::min(sampled_words, among);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < shown; ++i)
    words.emplace_back(
        vocabulary.word(static_cast<imf::WordId>((2 * i + 1) * among / (2 * shown))));
  return words;
}

void add_scores(const imf::Embeddings& embeddings, const Report& report, ReportModel& model) {
  const imf::DenseRows<> space(embeddings);
  for (const auto& pairs : report.pairs)
    model.similarity.push_back(imf::evaluate_similarity(space, pairs));
  for (const auto& sections : report.questions)
    for (const auto by : {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul})
      (by == imf::AnalogyMethod::cos_add ? model.analogy_add : model.analogy_mul)
          .push_back(imf::evaluate_analogies(
              space, sections, {.method = by, .threads = report.options.common.threads}));
}

void add_model(const std::string& file, Report& report) {
  ReportModel model;
  model.file = file;
  model.record = load_record(file);
  const auto embeddings = imf::load_vectors(file, {.threads = report.options.common.threads});
  model.size = embeddings.size();
  model.dimension = embeddings.dimension();
  if (model.size == 0) throw imf::InputError(file + ": the file holds no words");
  check_record(model);
  if (report.words.empty())
    report.words = sample_words(embeddings.vocabulary(), report.options.top);
  add_scores(embeddings, report, model);
  model.map = make_map(embeddings, report.options);
  add_neighbors(embeddings, report.words, report.options.common.threads, model);
  report.models.push_back(std::move(model));
}

/// Models go by the names of their files; by the whole paths where these are the same.
void name_models(std::vector<ReportModel>& models) {
  std::map<std::string, int> files;
  for (const ReportModel& model : models)
    ++files[std::filesystem::path(model.file).filename().string()];
  for (ReportModel& model : models) {
    const std::string short_name = std::filesystem::path(model.file).filename().string();
    model.name = files[short_name] > 1 ? model.file : short_name;
  }
}

void require_known_words(const Report& report) {
  for (std::size_t i = 0; i < report.words.size(); ++i)
    if (std::ranges::none_of(report.models, [i](const ReportModel& model) {
          return model.neighbors[i].has_value();
        }))
      throw imf::InputError("--words: no model has a vector of \"" + report.words[i] + "\"");
}

Json score(const imf::AnalogyResult& result) {
  return {{"correct", result.total.correct},
          {"covered", result.total.covered},
          {"questions", result.total.questions},
          {"accuracy", result.total.accuracy()}};
}

Json theorem_figures(const TheoremFigures& figures) {
  return {{"negatives", figures.negatives},
          {"smoothing", figures.smoothing},
          {"pairs", figures.density.pairs},
          {"correlation", figures.density.correlation},
          {"mean_difference", figures.density.mean_difference},
          {"rms_difference", figures.density.rms_difference},
          {"observed_deviation", figures.observed_deviation},
          {"deviation", figures.deviation},
          {"standard_error", figures.standard_error}};
}

}  // namespace

std::optional<double> number_at(const Json& object, const std::string& key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::optional<double> ReportModel::number(const std::string& key) const {
  return number_at(record, key);
}

std::string ReportModel::text(const std::string& key) const {
  if (!record.is_object()) return {};
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Report make_report(const ReportOptions& options, ProgressDisplay& display) {
  Report report;
  report.options = options;
  report.words = options.words;
  // All small files first: a fault in the last is found before the work on the first.
  for (const std::string& file : options.similarity)
    report.pairs.push_back(imf::load_similarity_set(file));
  for (const std::string& file : options.analogy)
    report.questions.push_back(imf::load_analogy_set(file));
  for (const std::string& file : options.models) {
    display.say("measures " + file);
    add_model(file, report);
    add_theorem(report.models.back(), options);
  }
  require_known_words(report);
  name_models(report.models);
  return report;
}

Json Report::to_json() const {
  Json list = Json::array();
  for (const ReportModel& model : models) {
    Json one{{"file", model.file},
             {"words", model.size},
             {"dimension", model.dimension},
             {"record", model.record},
             {"theorem", model.theorem ? theorem_figures(*model.theorem) : Json()},
             {"similarity", Json::array()},
             {"analogy", Json::array()}};
    for (std::size_t i = 0; i < model.similarity.size(); ++i)
      one["similarity"].push_back({{"file", options.similarity[i]},
                                   {"spearman", model.similarity[i].spearman},
                                   {"covered", model.similarity[i].covered},
                                   {"pairs", model.similarity[i].pairs}});
    for (std::size_t i = 0; i < model.analogy_add.size(); ++i)
      one["analogy"].push_back({{"file", options.analogy[i]},
                                {"3cosadd", score(model.analogy_add[i])},
                                {"3cosmul", score(model.analogy_mul[i])}});
    list.push_back(std::move(one));
  }
  return {{"version", IMPLICITMF_VERSION_STRING}, {"models", std::move(list)}};
}

}  // namespace app
