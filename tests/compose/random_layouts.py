"""Random layouts of projects: overrides, extends, include, anchors, profiles, documents, `.env`."""

from __future__ import annotations

from random_oddities import Oddities
from random_projects import VALUES, VARIABLES, Sample

SERVICES = ("web", "db", "app", "a.b", "x-1")


class Layouts(Oddities):
    """Puts random entries into random projects."""

    def sample(self) -> Sample:
        self.wrong = self.random.choice((0.0, 0.0, 0.0, 0.01, 0.03, 0.15))
        layouts = [self.single, self.overridden, self.extending, self.including, self.anchored]
        layouts += [self.single, self.overridden, self.documents, self.profiled, self.deep]
        layouts += [self.odd, self.odd, self.odd, self.odd_override]
        layout = self.random.choice(layouts)
        sample = layout()
        self.surround(sample)
        return sample

    # -- pieces

    def ports(self, indent: str, most: int = 4) -> str:
        """The `ports:` key of a service, in block or flow style."""
        tag = ""
        if self.chance(0.05):
            tag = self.pick(" !override", " !reset", " !!seq", " !foo")
        if self.bad():
            return f"{indent}ports:{self.pick('', ' ~', ' 80', ' {}', ' {target: 80}', ' [~]')}\n"
        items = self.items(most)
        if not items or self.chance(0.3):
            return f"{indent}ports:{tag} [{', '.join(items)}]\n"
        dash = indent + self.pick("- ", "  - ", "-   ")
        lines = "".join(f"{dash}{item}{self.pick('', '', ' # note')}\n" for item in items)
        return f"{indent}ports:{tag}\n{lines}"

    def body(self, *, image: bool = True, most: int = 4) -> str:
        text = "    image: app\n" if image else ""
        if not image or self.chance(0.9):
            text += self.ports("    ", most)
        if self.chance(0.1):
            text += f"    scale: {self.pick('0', '2', f'{self.pick(*VALUES[:2])}')}\n"
        if self.chance(0.1):
            text += f"    {self.pick('labels: {a: b}', 'restart: always', 'expose: [80]')}\n"
        return text

    def services(self, names: list[str], *, image: bool = True, most: int = 4) -> str:
        text = "services:\n"
        for name in names:
            text += f"  {name}:\n{self.body(image=image, most=most)}"
        return text

    def names(self, most: int = 3) -> list[str]:
        return self.random.sample(SERVICES, self.random.randint(1, most))

    def surround(self, sample: Sample) -> None:
        """Variables from the environment, `.env` and --env-file."""
        for name in VARIABLES:
            if self.chance(0.3):
                sample.env[name] = self.pick(*VALUES)
        if self.chance(0.4):
            sample.files[".env"] = self.dotenv()
        if self.chance(0.1):
            sample.files["other.env"] = self.dotenv()
            sample.env_files.append("other.env")
        elif self.chance(0.03):
            sample.files["other.env"] = self.dotenv()
            sample.env["COMPOSE_ENV_FILES"] = "other.env"

    def dotenv(self) -> str:
        lines = []
        for name in self.random.sample(VARIABLES, self.random.randint(0, 5)):
            value = self.pick(*VALUES)
            form = self.random.randint(0, 9)
            if form <= 3:
                lines.append(f"{name}={value}")
            elif form == 4:
                lines.append(f'{name}="{value}" # c')
            elif form == 5:
                lines.append(f"export {name}='{value}'")
            elif form == 6:
                lines.append(f"{name}: {value} # {self.pick(*VALUES)}")
            elif form == 7:
                lines.append(f"{name}={self.variable()}")
            elif form == 8:
                lines.append(f'{name}="{value}\\n"' if self.bad() else f"{name} = {value}#")
            else:
                lines.append(self.pick(f"{name}", "# c", "", f"  {name}=", f'{name}="${{B:-80}}"'))
        return "\n".join(lines) + self.pick("", "\n", "\r\n")

    # -- layouts

    def single(self) -> Sample:
        text = self.services(self.names())
        if self.chance(0.1):
            text = self.pick('version: "3"\n', "name: stack\n", "x-y: [1]\n") + text
        if self.bad():
            text += self.pick(
                "foo: 1\n", "  web: {}\n", "networks: {a: }\n", "x: [\n", "5: a\n", "a\n"
            )
        data: str | bytes = text
        if self.chance(0.03):
            data = text.replace("\n", "\r\n")
        elif self.chance(0.05):
            data = text.encode(self.pick("utf-8-sig", "utf-16"))
        return Sample({"compose.yaml": data})

    def odd(self) -> Sample:
        """One service, since one odd entry is enough for compose to refuse the file."""
        shared = 'x-one: &one "80"\n' if self.chance(0.5) else "x-one: &one {target: 82}\n"
        return Sample(
            {"compose.yaml": f"{shared}services:\n  web:\n    image: a\n{self.odd_list('    ')}"}
        )

    def odd_override(self) -> Sample:
        """The same with an override, where entries of both files meet."""
        sample = self.odd()
        # Compose refuses to merge a text and a mapping, wherever they stand.
        over = f'x-two: &one "80"\nservices:\n  web:\n{self.odd_list("    ")}'
        sample.files["compose.override.yaml"] = over
        return sample

    def overridden(self) -> Sample:
        names = self.names(2)
        sample = Sample({"compose.yaml": self.services(names)})
        over = self.services([name for name in names if self.chance(0.8)] or names, image=False)
        if self.chance(0.1):
            whole = self.pick("!reset", "!override {image: b, ports: [81]}", "")
            over = f"services:\n  {names[0]}: {whole}\n"
        elif self.chance(0.1):
            ports = self.pick("", " ~", " []", " !reset", " !reset [80]")
            over = f"services:\n  {names[0]}:\n    ports:{ports}\n"
        name = self.pick("compose.override.yaml", "docker-compose.override.yml", "b.yaml")
        sample.files[name] = over
        if name == "b.yaml" and self.chance(0.8):
            sample.given = ["compose.yaml", "b.yaml"]
            if self.chance(0.3):
                sample.files["c.yaml"] = self.services(names, image=False, most=2)
                sample.given.append("c.yaml")
        elif name == "b.yaml":
            sample.files[".env"] = "COMPOSE_FILE=compose.yaml:b.yaml\n"
        return sample

    def extending(self) -> Sample:
        how = self.pick(
            "extends: base",
            "extends: {service: base}",
            "extends: {service: base, file: f/base.yaml}",
        )
        other = self.body(image=False, most=2)
        web = f"  web:\n    extends: {how}\n{other}"
        base = f"  base:\n{self.body(most=3)}"
        if self.chance(0.3):
            base = f"  base:\n    extends: deep\n{self.body(image=False, most=2)}"
            base += f"  deep:\n{self.body(most=2)}"
        if "file" in how:
            files: dict[str, str | bytes] = {"compose.yaml": f"services:\n{web}"}
            files["f/base.yaml"] = f"services:\n{base}"
            if self.chance(0.2):
                files["f/base.yaml"] = (
                    "services:\n  base:\n    extends: {file: deep.yaml, service: web}\n"
                )
                files["f/deep.yaml"] = f"services:\n  web:\n{self.body(most=2)}"
        else:
            files = {"compose.yaml": f"services:\n{web}{base}"}
        if self.chance(0.3):
            files["compose.override.yaml"] = self.services(["web"], image=False, most=2)
        if self.bad():
            files["compose.yaml"] = str(files["compose.yaml"]).replace("base", "gone", 1)
        return Sample(files)

    def including(self) -> Sample:
        entry = self.pick("sub/a.yaml", "{path: sub/a.yaml}", "{path: [sub/a.yaml, sub/b.yaml]}")
        if self.chance(0.3):
            entry = entry.replace(
                "}", f", {self.pick('env_file: sub/x.env', 'project_directory: sub')}}}"
            )
        files: dict[str, str | bytes] = {
            "compose.yaml": f"include: [{entry}]\n" + self.services(["web"], most=3),
            "sub/a.yaml": self.services(["db"], most=3),
            "sub/b.yaml": self.services(["db"], image=False, most=2),
            "sub/x.env": self.dotenv(),
        }
        if self.chance(0.5):
            files["sub/.env"] = self.dotenv()
        if self.chance(0.3):
            files["sub/a.yaml"] = "include: [c.yaml]\n" + str(files["sub/a.yaml"])
            files["sub/c.yaml"] = self.services(["cache"], most=2)
            if self.chance(0.5):
                files["compose.yaml"] = str(files["compose.yaml"]).replace("[", "[sub/c.yaml, ", 1)
        if self.chance(0.2):
            files["compose.override.yaml"] = self.services(["db"], image=False, most=2)
        if self.bad():
            files["sub/a.yaml"] = self.services(["web"], most=1)
        return Sample(files)

    def anchored(self) -> Sample:
        shared = f"x-ports: &p [{', '.join(self.items(2))}]\n"
        shared += f"x-one: &one {self.scalar(self.short())}\n"
        shared += f"x-base: &base\n  image: app\n{self.ports('  ', 2)}"
        shared += f"x-more: &more\n{self.ports('  ', 2)}"
        shared += "x-long: &long {target: 80, protocol: udp}\n"
        own = self.pick(
            "<<: *base",
            "<<: [*base, *more]",
            "image: app\n    ports: *p",
            f"image: app\n    ports: [*one, {self.scalar(self.short())}]",
            "image: app\n    <<: *more",
            "<<: *base\n    ports: *p",
            'image: app\n    ports: [{<<: *long, published: "8080"}, {<<: *long, target: 81}]',
            "image: app\n    <<: {ports: [80]}",
        )
        text = f"{shared}services:\n  web:\n    {own}\n  db: &db\n{self.body(most=2)}"
        if self.chance(0.3):
            text += "  app:\n    <<: *db\n"
        sample = Sample({"compose.yaml": text})
        if self.chance(0.3):
            sample.files["compose.override.yaml"] = self.services(["web"], image=False, most=2)
        return sample

    def documents(self) -> Sample:
        names = self.names(2)
        text = self.services(names) + "---\n" + self.services(names[:1], image=False, most=2)
        if self.chance(0.2):
            # An anchor holds in the documents after its own, and may be set again.
            again = self.pick("", f"x-q: &p [{self.scalar(self.short())}]\n")
            text = f"x-p: &p [{', '.join(self.items(2))}]\n{again}{text}"
            text += f"---\nservices:\n  {names[0]}:\n    ports: *p\n"
        if self.bad():
            text += self.pick("---\n", "---\n# c\n", "...\n", "--- []\n")
        return Sample({"compose.yaml": text})

    def profiled(self) -> Sample:
        text = "services:\n"
        for name in self.names():
            text += f"  {name}:\n{self.body(most=2)}"
            if self.chance(0.6):
                text += f"    profiles: [{self.pick('dev', 'prod', 'dev, prod', '${A:-dev}')}]\n"
        sample = Sample({"compose.yaml": text})
        for profile in ("dev", "prod", "*"):
            if self.chance(0.3):
                sample.profiles.append(profile)
        if self.chance(0.2):
            sample.env["COMPOSE_PROFILES"] = self.pick("dev", "prod,dev", " dev , x", "*", "")
        if self.chance(0.2):
            sample.files["compose.override.yaml"] = (
                "services: {web: {image: b, profiles: [prod]}}\n"
            )
        return sample

    def deep(self) -> Sample:
        """Everything at once."""
        sample = self.extending()
        main = str(sample.files["compose.yaml"])
        sample.files["compose.yaml"] = f"include: [inc/i.yaml]\nx-p: &p [81, '82:82']\n{main}"
        one = f"    extends: {{file: e.yaml, service: two}}\n{self.body(image=False)}"
        sample.files["inc/i.yaml"] = f"services:\n  one:\n{one}"
        sample.files["inc/e.yaml"] = f"services:\n  two:\n{self.body(most=2)}"
        sample.files["compose.override.yaml"] = (
            f"services:\n  one:\n{self.ports('    ', 2)}  web:\n{self.ports('    ', 2)}"
        )
        return sample
