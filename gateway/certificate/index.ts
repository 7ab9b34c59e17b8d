export { PublicCertificate, type PublicCertificateOptions } from './public-certificate.ts';
