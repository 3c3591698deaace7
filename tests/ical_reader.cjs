// Reads a calendar from standard input with ical.js and prints its events as JSON. Times come out in UTC.
const ICAL = require("ical.js");

const moment = (time) => (time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString());
const text = (component, name) => component.getFirstPropertyValue(name) ?? "";

const calendar = new ICAL.Component(ICAL.parse(require("node:fs").readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((event) => ({
  uid: text(event, "uid"),
  title: text(event, "summary"),
  description: text(event, "description"),
  place: text(event, "location"),
  status: text(event, "status"),
  sequence: text(event, "sequence"),
  starts: moment(event.getFirstPropertyValue("dtstart")),
  ends: moment(event.getFirstPropertyValue("dtend")),
}));
process.stdout.write(JSON.stringify(events));
