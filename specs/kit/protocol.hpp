// Protocol: what a service does, in variants, each in several deployments, and the properties that each variant keeps or
// violates there. All of it is one value:
//
//   const norn::kit::protocol<review_store> store{.name = "store", .covers = {"P02"}, ...};
//   const norn::kit::registration registered{store};
//
// `Service` is what the threads of one process share. It is made of its `parts`, which is what variants differ
// in, and of the system that it calls:
//
//   class review_store {
//    public:
//     struct parts { ... };
//     review_store(const parts& how, norn::kit::system& calls);
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <norn/specs/kit/check.hpp>
#include <norn/specs/kit/spec.hpp>

namespace norn::kit {

// A word in the name of a deployment that the protocol gives a meaning: it asks for it (`actor::in`), or the
// word brings a thread of its own, or something that the environment may do.
template <class Service>
struct modifier {
  std::string name;
  std::string sentence;
  std::string role = {};  // the thread's name, which `/0` follows
  void (*does)(Service&, actor&) = nullptr;
  environment strikes = nullptr;
};

// One version of the code. A wrong version names the wrong fixes of the catalogue that it stands for (`covers`), and the
// steps in which it differs from the variant `of` (`differs`): words such that each of these steps, as a trace shows
// it, contains one of them, and each word is in one of these steps.
template <class Parts>
struct variant {
  std::string name;
  Parts how = {};
  std::vector<std::string> covers = {};
  std::string differs = {};
  std::string of = "fixed";
};

template <class Service>
struct protocol {
  using action_of_service = void (*)(Service&, actor&);

  std::string name;
  std::vector<std::string> covers;
  // What is there before; not in a deployment `empty`. By an actor who shares nothing with the others.
  void (*setup)(actor&) = nullptr;
  // What each thread of a deployment does; after a crash another actor does it once more.
  action_of_service work = nullptr;
  // Looks at what is left: when everybody has ended, or first thing after a crash.
  action_of_service inspect = nullptr;
  std::vector<modifier<Service>> modifiers = {};
  std::vector<property>
      properties;  // a search decides those that are claimed in its deployment, in this order
  std::vector<variant<typename Service::parts>> variants;
  // Bounds that a search declares, by name: `buggy@10thread`.
  std::vector<spec::limit> limits = {};
  std::string verdicts;   // matrix.hpp
  std::string guarantee;  // guarantee.hpp
};

template <class Service>
spec erased(const protocol<Service>& p) {
  const auto erase = [](void (*does)(Service&, actor&)) -> action {
    if (does == nullptr) return {};
    return [does](const service& s, actor& a) { does(*static_cast<Service*>(s.get()), a); };
  };
  spec s{p.name,       p.covers, p.setup,  erase(p.work), erase(p.inspect), {},
         p.properties, {},       p.limits, p.verdicts,    p.guarantee};
  for (const auto& m : p.modifiers) {
    s.modifiers.push_back({m.name, m.sentence, m.role, erase(m.does), m.strikes});
  }
  for (const auto& v : p.variants) {
    const auto make = [how = v.how](system& calls) -> service {
      return std::make_shared<Service>(how, calls);
    };
    s.variants.push_back({v.name, make, v.covers, v.differs, v.of});
  }
  return s;
}

// From a static object of a spec's source.
struct registration {
  template <class Service>
  explicit registration(const protocol<Service>& p) {
    add(erased(p));
  }
};

}  // namespace norn::kit
