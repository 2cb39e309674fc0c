// The password of a connection string apart from the rest: lists of processes
// show the arguments of psql to everybody.  What libpq would misunderstand is
// refused here, since its messages repeat what it has read, a piece of a password
// maybe.  The forms are those of conninfo_parse() and conninfo_uri_parse() in libpq.
import {ReadError} from "./error.js";

const refuse = (why) => { throw new ReadError("connection string", why); };

/** Secrets for which libpq has no variable, and misspelt passwords. */
function refuseSecrets(key) {
  if (/pass(?!file$)|pwd|secret|_key$/i.test(key))
    refuse("it has a secret other than password, which lists of processes would show: put it into a service file (pg_service.conf), and name that, service=…");
}

const blank = "[ \\t\\n\\v\\f\\r]";
const name = new RegExp(`${blank}*([^= \\t\\n\\v\\f\\r]*)${blank}*`, "y");
const value = new RegExp(`=${blank}*(?:'((?:[^'\\\\]|\\\\.)*)'|(?!')((?:[^ \\t\\n\\v\\f\\r\\\\]|\\\\.?)*))`, "sy");

function fromPairs(conninfo) {
  const rest = [];
  let password = null;
  for (let at = 0; at < conninfo.length;) {
    name.lastIndex = at;
    const [begin, key] = name.exec(conninfo);
    if (!key && at + begin.length === conninfo.length) break;
    value.lastIndex = at + begin.length;
    const found = value.exec(conninfo);
    if (!found) refuse("keyword=value is expected; a value with blanks is put in quotes, 'like this', with \\ before each ' and \\ in it");
    if (!/^[a-z_]+$/.test(key)) refuse("it has something else than libpq's keywords, such as host, dbname and user");
    const end = value.lastIndex;
    if (key === "password") password = (found[1] ?? found[2]).replace(/\\(.?)/gs, "$1");
    else {
      refuseSecrets(key);
      rest.push(conninfo.slice(at, end));
    }
    at = end;
  }
  return {rest: rest.join(" "), password};
}

const escapes = "in names and passwords @ is written %40, / %2F, : %3A and % %25";

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`a % is not of two digits, or not of UTF-8: ${escapes}`);
  }
}

function fromUri(conninfo) {
  const [, prefix, user, , given, hosts, path, query] = conninfo.match(/^(postgres(?:ql)?:\/\/)(?:([^:@/]*)(:([^@/]*))?@)?([^/?]*)([^?]*)(.*)$/s);
  if (hosts.includes("@") || path.includes("@") || hosts.split(",").some((host) => !/^(\[[^\]]*\]|[^:[]*)(:[0-9%]*)?$/.test(host)))
    refuse(`host, port and database are not told apart: ${escapes}`);
  let password = given == null ? null : decoded(given);
  const kept = query.slice(1).split("&").filter((pair) => {
    const at = pair.indexOf("=");
    if (at < 0 && pair) refuse("after the ? is name=value, separated by &");
    const key = decoded(pair.slice(0, Math.max(at, 0))).trim();
    if (key === "password") password = decoded(pair.slice(at + 1));
    else refuseSecrets(key);
    return key !== "password";
  });
  return {rest: `${prefix}${user == null ? "" : `${user}@`}${hosts}${path}${kept.join("&") ? `?${kept.join("&")}` : ""}`, password};
}

/** {rest, password}: the password is null where the string has none, and decoded. */
export function withoutPassword(conninfo) {
  if (/^postgres(ql)?:\/\//.test(conninfo)) return fromUri(conninfo);
  return conninfo.includes("=") ? fromPairs(conninfo) : {rest: conninfo, password: null};
}
