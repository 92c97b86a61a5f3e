// A throw-away certificate, made in the process, so that no key lies in the repository and no tool is needed.
// The browser is told to accept any certificate, so only the shape has to be right.
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const der = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const length = body.length < 128
    ? [body.length]
    : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts) => der(0x30, ...parts);
const oid = (...bytes) => der(0x06, Buffer.from(bytes));
const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];

const pem = (bytes, label) =>
  `-----BEGIN ${label}-----\n${bytes.toString("base64").match(/.{1,64}/g).join("\n")}\n-----END ${label}-----\n`;

/**
 * @param {string[]} hosts the DNS names that the certificate is for
 * @returns {{ key: string, cert: string }} PEM texts, as `https.createServer` takes them
 */
export const selfSigned = (hosts) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const name = sequence(der(0x31, sequence(oid(...COMMON_NAME), der(0x0c, Buffer.from(hosts[0])))));
  const validity = sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));
  const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host))));
  const extensions = der(0xa3, sequence(sequence(oid(...SUBJECT_ALT_NAME), der(0x04, names))));
  const serial = der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)]));
  const tbs = sequence(der(0xa0, der(0x02, Buffer.from([2]))), serial, ECDSA_SHA256, name, validity, name, publicKey, extensions);
  const signature = sign("sha256", tbs, createPrivateKey(privateKey));
  const certificate = sequence(tbs, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  return { key: privateKey, cert: pem(certificate, "CERTIFICATE") };
};
